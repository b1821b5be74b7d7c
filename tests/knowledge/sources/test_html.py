from knowledge.types import Block, BlockKind
from tests.knowledge.sources.reading import anchors, paths, whole_text

PAGE = """<!doctype html>
<html><head><title>Balance | My Book</title><style>p { color: red }</style></head>
<body>
<header>Site header</header><nav><a href="/">Home</a></nav>
<main>
  <nav>Breadcrumbs</nav>
  <h1 id="top">Balance</h1>
  <p>A biped <strong>falls</strong> unless its <a href="zmp.html">zero-moment
     point</a> stays inside.<br>Always: <code>zmp &lt; edge</code>.</p>
  <h2 id="zmp">Zero-moment point<a class="hash-link" href="#zmp">#</a></h2>
  <ul><li>one<ul><li>deep</li></ul></li><li><p>two</p></li></ul>
  <ol start="3"><li>three</li></ol>
  <pre><code class="language-python">def f():

    return 1
</code></pre>
  <table><caption>Rates</caption>
    <tr><th>Loop</th><th>kHz</th></tr><tr><td>Joint</td><td>1 | 2</td></tr>
  </table>
  <section id="capture"><h2>Capture point</h2><div>Loose text <img alt="of a robot"></div></section>
  <h2>No id</h2><blockquote><p>said</p></blockquote>
  <h2>No id</h2><div class="theme-admonition"><div>Tip</div><p>Bend the knees.</p></div>
  <script>ignored()</script>
  <dl><dt>ZMP</dt><dd>see above</dd></dl>
</main>
<footer>Copyright</footer>
</body></html>"""


def test_an_html_page_is_read_from_its_main_part(read_page):
    document = read_page(PAGE, name="locomotion/balance.html")
    assert document.title == "Balance"
    assert document.url == "https://site.example/locomotion/balance.html"
    assert list(zip(paths(document), anchors(document), strict=True)) == [
        (("Balance",), "top"),
        (("Balance", "Zero-moment point"), "zmp"),
        (("Balance", "Capture point"), "capture"),
        (("Balance", "No id"), "no-id"),
        (("Balance", "No id"), "no-id-1"),
    ]


def test_html_blocks_become_markdown(read_page):
    document = read_page(PAGE, name="page.html")
    assert [block for section in document.sections for block in section.blocks] == [
        Block(
            BlockKind.PROSE,
            "A biped **falls** unless its zero-moment point stays inside.  \nAlways: `zmp < edge`.",
        ),
        Block(BlockKind.LIST, "- one\n  - deep\n- two"),
        Block(BlockKind.LIST, "3. three"),
        Block(BlockKind.CODE, "```python\ndef f():\n\n    return 1\n```"),
        Block(BlockKind.TABLE, "Rates\n\n| Loop | kHz |\n| --- | --- |\n| Joint | 1 \\| 2 |"),
        Block(BlockKind.PROSE, "Loose text of a robot"),
        Block(BlockKind.PROSE, "> said"),
        Block(BlockKind.ADMONITION, "Tip\n\nBend the knees."),
        Block(BlockKind.PROSE, "ZMP"),
        Block(BlockKind.PROSE, "see above"),
    ]


def test_what_is_not_the_page_s_own_text_is_left_out(read_page):
    text = whole_text(read_page(PAGE, name="page.html"))
    assert not [
        word for word in ("Home", "header", "Breadcrumbs", "ignored", "Copyright", "color") if word in text
    ]


def test_a_page_without_a_heading_is_called_by_its_title_without_the_site_s_name(read_page):
    document = read_page("<title>Gait \u2013 My Book</title><p>Step.</p>", name="page.html")
    assert (document.title, paths(document)) == ("Gait", [("Gait",)])


def test_an_index_is_its_folder_s_page(read_page):
    document = read_page("<p>Hello</p>", name="guide/index.html")
    assert (document.title, document.url) == ("Guide", "https://site.example/guide/")


def test_a_page_of_scripts_is_left_out(read_pages):
    pages = {"app.html": "<body><script>run()</script></body>", "empty.html": "", "page.html": "<p>text</p>"}
    assert list(read_pages(pages)) == ["page.html"]


def test_text_around_blocks_is_kept_in_order(read_page):
    document = read_page(
        "<body>before <b>bold</b><p>inside</p>after<span><p>deep</p></span></body>", name="a.html"
    )
    assert whole_text(document) == "before **bold**\n\ninside\n\nafter\n\ndeep"


def test_lines_of_code_that_are_marked_up_stay_lines(read_page):
    markup = '<div class="highlight-bash"><pre><span>a `x`</span><br/>b</pre></div>'
    assert whole_text(read_page(markup, name="a.html")) == "```bash\na `x`\nb\n```"


def test_broken_html_is_read_as_far_as_it_goes(read_page):
    assert whole_text(read_page("<p>one<p>two<ul><li>three<li>four</main></b>", name="a.html")) == (
        "one\n\ntwo\n\n- three\n- four"
    )
