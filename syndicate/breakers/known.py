"""All limits that count strangers: the one list, which console, API and shell show.

Who comes from an office, a campus or a telephone's network shares its address with many; a machine
that is rented has addresses as it likes. So an address may do what a household does, and the
network around it what an office does.
"""

from syndicate.breakers.rules import DAY, HOUR, Counts, Limit
from syndicate.store.syndication import hub_turns

# Signing up. A household signs up for a few newsletters; a list bomber wants hundreds.
SIGN_UP = (
    Limit("sign-up:visitor-hour", "sign-ups", 10, HOUR, Counts.ADDRESS),
    Limit("sign-up:visitor-day", "sign-ups", 30, DAY, Counts.ADDRESS),
    Limit("sign-up:network-hour", "sign-ups", 100, HOUR, Counts.NETWORK),
    Limit("sign-up:network-day", "sign-ups", 300, DAY, Counts.NETWORK),
)
SIGN_UP_NETWORK = SIGN_UP[2]
# A form that cannot be taken costs none of these. What is said of it anybody knows without us, for
# its address is not looked up; so this only keeps a machine from trying for ever.
SIGN_UP_REFUSED = Limit("sign-up:refused-hour", "forms not taken", 100, HOUR, Counts.ADDRESS)
# Caches before us keep a page for half a minute, for all who come then. A script that plays one
# recorded form again comes no further, from however many networks.
POSTS = Limit("form:posts", "sign-ups by one copy of the form", 100, DAY, Counts.FORM)
CONFIRMED = Limit("confirmation", "confirmations", 3, DAY, Counts.RECIPIENT, is_rolling=True)
# However somebody tags the address of one mailbox (+news): a stranger could go on for ever.
CONFIRMED_MAILBOX = Limit(
    "confirmation:mailbox", "confirmations", 6, DAY, Counts.MAILBOX, is_rolling=True
)
# However many addresses somebody types in, from however many networks.
SIGN_UPS = Limit("confirmation:publication", "confirmations", 300, HOUR, Counts.PUBLICATION)
# The mail server of a company or a campus; those of Gmail and its like take anything.
SIGN_UPS_DOMAIN = Limit("confirmation:domain", "confirmations", 100, HOUR, Counts.DOMAIN)

# Email article. One person tells a few friends, a machine tells everybody.
EMAIL_ARTICLE = (
    Limit("email-article:visitor-hour", "emailed articles", 3, HOUR, Counts.ADDRESS),
    Limit("email-article:visitor-day", "emailed articles", 10, DAY, Counts.ADDRESS),
    Limit("email-article:network-hour", "emailed articles", 20, HOUR, Counts.NETWORK),
    Limit("email-article:network-day", "emailed articles", 60, DAY, Counts.NETWORK),
)
EMAIL_ARTICLE_NETWORK = EMAIL_ARTICLE[3]
EMAILED_ARTICLE = Limit("email-article:article", "emailed articles", 50, DAY, Counts.ARTICLE)
EMAILED = Limit("email-article:publication", "emailed articles", 500, DAY, Counts.PUBLICATION)
EMAILED_TO = Limit("email-article:recipient", "emailed articles", 2, DAY, Counts.MAILBOX)

# Feedback goes to a desk, whose mailbox is to be read by people.
FEEDBACK = (
    Limit("feedback:visitor-hour", "messages to desks", 5, HOUR, Counts.ADDRESS),
    Limit("feedback:visitor-day", "messages to desks", 20, DAY, Counts.ADDRESS),
    Limit("feedback:network-day", "messages to desks", 100, DAY, Counts.NETWORK),
)
FEEDBACK_NETWORK = FEEDBACK[2]
FED_BACK = Limit("feedback:publication", "messages to desks", 500, DAY, Counts.PUBLICATION)

# The hub. A reader in the cloud follows every feed that we have, and renews each once a week.
HUB_ADDRESS = Limit("hub:address", "requests at the hub", 600, HOUR, Counts.ADDRESS)
HUB_NETWORK = Limit(hub_turns.ASKED, "requests at the hub", 1200, HOUR, Counts.NETWORK)
HUB_NETWORK_DAY = Limit("hub:network-day", "requests at the hub", 6000, DAY, Counts.NETWORK)
HUB = (HUB_ADDRESS, HUB_NETWORK, HUB_NETWORK_DAY)
# A host that never agreed, in the name of one network: as many as our feeds have forms, and more.
HUB_NAMED = Limit("hub:named", "requests that name a new host", 200, HOUR, Counts.NAMED)
# Beyond these two only whoever asked little, or names a host that agreed before, is taken.
HUB_TOPIC = Limit("hub:topic", "requests at the hub", 2000, HOUR, Counts.TOPIC)
HUB_DAY = Limit("hub:day", "requests at the hub", 50_000, DAY, Counts.ALL)
# Calls to one host that never agreed: so many at once, then one in ten seconds.
HUB_CALLS = Limit("hub:calls", "calls of a new host", 600, HOUR, Counts.HOST)

# Being let in. A program with an old token asks every few seconds; nobody guesses a right one.
_SLOWLY = "answered slowly"
WRONG_SECRETS = (
    Limit(
        "sign-in:wrong-address", "wrong tokens and codes", 30, HOUR, Counts.ADDRESS, more=_SLOWLY
    ),
    Limit(
        "sign-in:wrong-network", "wrong tokens and codes", 300, HOUR, Counts.NETWORK, more=_SLOWLY
    ),
)

LIMITS: tuple[Limit, ...] = (
    *SIGN_UP,
    SIGN_UP_REFUSED,
    POSTS,
    CONFIRMED,
    CONFIRMED_MAILBOX,
    SIGN_UPS,
    SIGN_UPS_DOMAIN,
    *EMAIL_ARTICLE,
    EMAILED_ARTICLE,
    EMAILED,
    EMAILED_TO,
    *FEEDBACK,
    FED_BACK,
    *HUB,
    HUB_NAMED,
    HUB_TOPIC,
    HUB_DAY,
    HUB_CALLS,
    *WRONG_SECRETS,
)
