"""What a choice made on another of the sites counts for here.

Pure functions over standing choices. Knows neither how a choice got here nor whose browser it is. The later choice
stands; of two made within a second, what both allow. What a choice allows counts here only if its notice named whoever
answers for this site, and only if what was declared then is known; what it does not allow counts in any case: nobody
has to withdraw twice.
"""

from __future__ import annotations

from dataclasses import replace

from consentkit.decision import Choice, ChoiceKind, Standing
from consentkit.policy import Edition


def take_over(own: Standing | None, theirs: Standing, made_under: Edition | None, controller: str) -> Standing | None:
    """What stands here from now on, under no visitor's id yet; None where nothing changes.

    `made_under` is the edition that `theirs` names, None if nobody here knows it; `controller` answers for this site.
    An account's choice is that account's: it can take away here, and is not added to.
    """
    if own is not None and own.time > theirs.time:
        return None
    named = counts(theirs, made_under, controller)
    if own is None:
        return theirs if named or not theirs.choice.grants else None
    if named and not own.lent and own.time < theirs.time:
        return theirs
    both = _both(own.choice, theirs.choice)
    return None if both == own.choice else replace(own, choice=both, time=theirs.time)


def counts(theirs: Standing, made_under: Edition | None, controller: str) -> bool:
    """Whether what was allowed there is allowed here: its notice named whoever answers for this site."""
    return made_under is not None and controller in made_under.controllers and not theirs.lent


def _both(own: Choice, theirs: Choice) -> Choice:
    """What both allow in so many words. A category here and one of its vendors there are not the same word."""
    categories, vendors = own.categories & theirs.categories, own.vendors & theirs.vendors
    if (categories, vendors) == (own.categories, own.vendors):
        return own
    return Choice(ChoiceKind.CUSTOM if categories or vendors else ChoiceKind.REFUSE_ALL, categories, vendors)
