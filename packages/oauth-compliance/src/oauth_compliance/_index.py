"""The names of the built-in providers, so that a name can be known, or corrected, without loading any of them.

Static tools know them too: a name of one kind gives a profile of that kind.
"""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

__all__ = ["ALIASES", "NAMES", "OAuth1Name", "OAuth2Name"]

OAuth2Name: TypeAlias = Literal[
    "amazon",
    "apple",
    "asana",
    "atlassian",
    "auth0",
    "azure_ad",
    "azure_b2c",
    "b2c",
    "bitbucket",
    "bluesky",
    "box",
    "cognito",
    "confluence",
    "discord",
    "douban",
    "dropbox",
    "ebay",
    "entra",
    "facebook",
    "facebook_login",
    "fitbit",
    "github",
    "gitlab",
    "google",
    "hubspot",
    "instagram",
    "intuit",
    "jira",
    "kakao",
    "keycloak",
    "line",
    "linkedin",
    "mailchimp",
    "microsoft",
    "naver",
    "notion",
    "okta",
    "paypal",
    "ping",
    "pingone",
    "plentymarkets",
    "quickbooks",
    "reddit",
    "salesforce",
    "shopify",
    "sina_weibo",
    "slack",
    "spotify",
    "stack_exchange",
    "stackexchange",
    "strava",
    "tiktok",
    "twitch",
    "twitter",
    "weibo",
    "withings",
    "x",
    "xero",
    "yahoo",
    "zoom",
]
OAuth1Name: TypeAlias = Literal[
    "discogs",
    "etsy_v2",
    "flickr",
    "garmin",
    "magento",
    "mediawiki",
    "netsuite",
    "trello",
    "tumblr",
    "twitter_v1",
    "uspto",
    "wikimedia",
    "woocommerce",
]

# Names that people look for -> the provider.
ALIASES = {
    "azure_ad": "entra",
    "azure_b2c": "b2c",
    "confluence": "atlassian",
    "facebook_login": "facebook",
    "intuit": "quickbooks",
    "jira": "atlassian",
    "microsoft": "entra",
    "pingone": "ping",
    "sina_weibo": "weibo",
    "stack_exchange": "stackexchange",
    "twitter": "x",
    "wikimedia": "mediawiki",
}

NAMES = tuple(sorted({*get_args(OAuth2Name), *get_args(OAuth1Name)} - ALIASES.keys()))
