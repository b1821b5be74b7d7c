from tests.scripted import hash_embedder, scripted_model

__all__ = ["hash_embedder", "scripted_model"]
