"""Names of columns that say when, whence or how much, and not who may be mailed; pure.

A world of its own: a name is harmless if it is made of words that are, every one of them. One word
that nobody here knows, and it is not.
"""

import enum
import re

from syndicate.subscribers.words import phrases, plain

_PLAIN, _NOISE, _TIMES = phrases("plain"), phrases("noise"), phrases("time")
_DETAILS, _RECKONING, _THINGS = phrases("detail"), phrases("reckoning"), phrases("thing")
_OF_STATE, _STATE = phrases("of state"), phrases("state")
_IDENTITY = frozenset({"id", "uuid", "url", "ip"})


def _words(found: frozenset[str]) -> frozenset[str]:
    return frozenset(word for phrase in found for word in phrase.split())


_JOINING = _words(_OF_STATE | phrases("yes"))
_EVERYDAY = _words(_RECKONING | _THINGS) | _NOISE | _TIMES
_SPEAKS = re.compile(
    r"""(?x)
      subscri | unsub | suscri | souscri | iscri | inscri | abonn | abo\b | abmeld | anmeld | gemeld
    | uitschr | afmeld | avmeld | avregist | wypis | отпис | подпис | اشتراك | مشترك
    | odhlas | leiratk | dezabon | prenum | διαγρα | εγγραφ | 退订 | 退訂 | 订阅 | 訂閱 | 購読
    | 配信 | 구독
    | \bopt | optin | optout | consent | permission | gdpr | dsgvo | rgpd | einwillig | zustimm
    | consens | toestemm | samtyck | samtykke | zgod | соглас | موافق | \bagree | accept
    | bounc | rebond | rebot | rimbalz | block | black | bloqu | blocc | gesperrt | sperr | ban\b
    | banned | ban(?:ni|ned) | заблок | محظور | suppress | spam | complain | abuse | clean | archiv
    | delet | remov | supprim | elimin | cancel | gelosch | geloesch | удал | محذوف | ملغ | الغاء
    | active | actif | activ[oa]\b | attiv | ativo | inactiv | aktiv | inaktiv | deactiv | активн
    | نشط | disabl | enabl | confirm | conferm | bestatig | bestaetig | bevestig | verif | مؤكد
    | status | \bstate | statut | статус | الحالة | حالة | durum | \btila\b | \bstop | quarant
    | exclu | \bsts\b | nomail | undeliver | unreachab
    | do\ not | donot | \bdnc\b | revok | withdr | churn | expired
    | baja | mailable | contactable | eligib | suspend | paus | mute
    """
)
_QUALIFIER = re.compile(r" (?:home|work|other|billing|shipping|default)$")


class Harm(enum.Enum):
    """What a name is good for, where it is not understood as one of status."""

    NONE = "none"  # whatever its cells hold
    LOOK = "look"  # none by its name, though its cells may say something
    UNKNOWN = "unknown"


def harm_of(name: str) -> Harm:
    """Whether a column can say who may not be mailed, by its name."""
    word = _QUALIFIER.sub("", plain(name))
    if word in _PLAIN:
        return Harm.NONE
    said = word.split()
    if _is_everyday(said) or _is_time_of_joining(said):
        return Harm.NONE
    if said and set(said) <= _EVERYDAY | _STATE and set(said) & _words(_THINGS):
        return Harm.LOOK
    return _of_detail(said)


def _is_everyday(said: list[str]) -> bool:
    """Such as "Last order date", "Total spent", "Is VIP"."""
    return set(said) <= _EVERYDAY and bool(set(said) & _words(_THINGS))


def _is_time_of_joining(said: list[str]) -> bool:
    """Such as "Subscribed date", "Email marketing consent timestamp"."""
    rest = set(said) - _NOISE - _TIMES - {"last", "first"}
    return bool(rest) and rest <= _words(_OF_STATE) and bool(set(said) & _TIMES)


def _of_detail(said: list[str]) -> Harm:
    """Such as "Subscription source (free)", "Record ID - Contact"."""
    details = _words(_DETAILS)
    last = next((word for word in reversed(said) if word not in _NOISE), "")
    if last in _IDENTITY and not speaks_of_status(" ".join(said)):
        return Harm.NONE
    is_known = set(said) - details - _EVERYDAY <= _JOINING
    return Harm.LOOK if last in details and is_known else Harm.UNKNOWN


def speaks_of_status(word: str) -> bool:
    """Whether a name, in plain form, has to do with status or consent."""
    return bool(_SPEAKS.search(word))
