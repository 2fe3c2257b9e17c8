"""The WSGI application: ``gunicorn wsgi:app`` or ``forum serve``."""

from forum.app import create_app

app = create_app()
