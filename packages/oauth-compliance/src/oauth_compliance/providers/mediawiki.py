"""MediaWiki: signatures are checked against the canonical URL, so its ``index.php`` is called with ``title``."""

from __future__ import annotations

from oauth_compliance._profile import HOST, OAuth1Profile, Parameter
from oauth_compliance._user import UserClaims

__all__ = ["PROFILE"]

PROFILE = OAuth1Profile(
    name="mediawiki",
    title="MediaWiki",
    documentation="https://www.mediawiki.org/wiki/OAuth/For_Developers",
    deviation="wants the canonical URL (index.php?title=...) signed, not a pretty one",
    source="https://www.mediawiki.org/wiki/OAuth/For_Developers",
    checked="2026-11-21",
    parameters={"host": Parameter("the wiki's host", default="meta.wikimedia.org", pattern=HOST)},
    api_base="https://{host}/w",
    request_token_url="https://{host}/w/index.php?title=Special%3AOAuth%2Finitiate",
    authorization_url="https://{host}/wiki/Special:OAuth/authorize",
    access_token_url="https://{host}/w/index.php?title=Special%3AOAuth%2Ftoken",
    user_url="https://{host}/w/api.php?action=query&meta=userinfo&format=json",
    user=UserClaims("query.userinfo.id", "query.userinfo.name", "", "", ""),
)
