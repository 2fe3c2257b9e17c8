"""Sign-in, sign-up and the own account over HTTP.

Nothing of this needs a cookie before somebody is signed in: between the two steps of a sign-up
the address travels in the form, signed.
"""

from __future__ import annotations

from forum.accounts.views import own, sign_in, sign_up
from forum.accounts.views.answers import blueprint

__all__ = ["blueprint", "own", "sign_in", "sign_up"]
