"""Words that take going on for agreeing, in every language we speak; and such words where they say the opposite."""

from __future__ import annotations

import pytest

from consentkit.lint.phrases import evades, implied_consent, phrases, says_withdrawal
from consentkit.texts import languages, texts

IMPLIED = [
    "By continuing to use this site you agree.",
    "By continuing to use this site, you consent to our use of cookies",
    "If you continue browsing, we’ll assume you are happy with that.",
    "YOUR CONTINUED USE of this website means that you accept cookies.",
    "En poursuivant votre navigation, vous acceptez l’utilisation de cookies.",
    "Door verder te surfen gaat u akkoord met cookies.",
    "Durch die weitere Nutzung der Website stimmen Sie der Verwendung von Cookies zu.",
    "Continuând navigarea, sunteți de acord cu utilizarea cookie-urilor.",
    "Si continúa navegando, acepta el uso de cookies.",
    "Proseguendo la navigazione acconsenti all’uso dei cookie.",
    "Ao continuar a navegar, concorda com a utilização de cookies.",
    "Korzystając z tej strony, wyrażasz zgodę na pliki cookie.",
    "Pokračováním v prohlížení souhlasíte s použitím cookies.",
    "Ved at fortsætte accepterer du cookies.",
    "Genom att fortsätta godkänner du kakor.",
    "Jatkamalla sivuston käyttöä hyväksyt evästeet.",
    "Συνεχίζοντας την περιήγηση συμφωνείτε με τα cookies.",
    "Az oldal használatával elfogadja a sütiket.",
    "Продолжая пользоваться сайтом, вы соглашаетесь с cookie.",
    "Siteyi kullanmaya devam ederek çerezleri kabul etmiş olursunuz.",
    "このサイトの利用を続けると、同意したものとみなされます。",
    "继续使用本网站即表示您同意使用 Cookie。",
    "If you don’t change your settings, we’ll assume that you are happy to receive all cookies.",
    "Continued browsing implies consent.",
    "Sofern Sie nicht widersprechen, stimmen Sie der Verwendung von Cookies zu.",
    "Sans modification de vos paramètres, vous acceptez les cookies.",
]
NOT_IMPLIED = [
    "Continuing to use this site is never taken as consent.",
    "By closing this you refuse all that needs consent.",
    "Nothing runs until you accept. You can use the site either way.",
    "En poursuivant, vous n’acceptez rien.",
    "Durch die weitere Nutzung stimmen Sie nicht zu.",
    "Door verder te surfen geeft u geen toestemming.",
    "Bu siteyi kullanmaya devam etmeniz kabul anlamına gelmez.",
    "このサイトの利用を続けても、同意したものとはみなされません。",
    "We count visits. By using shorter addresses, we keep less.",
    "If you do nothing, nothing is accepted.",
    "Sofern Sie nicht widersprechen, heißt das nicht, dass Sie zustimmen.",
]


@pytest.mark.parametrize("text", IMPLIED)
def test_implied_consent_is_found(text: str) -> None:
    """A notice that takes going on for a yes is found, however it is written."""
    assert list(implied_consent(f"Welcome. {text} Thank you."))


@pytest.mark.parametrize("text", NOT_IMPLIED)
def test_the_opposite_is_not(text: str) -> None:
    """A notice that says that going on is no consent is left alone."""
    assert not list(implied_consent(text))


@pytest.mark.parametrize("language", ["en", "fr", "sv", "fi", "el", "tr", "ar", "ja", "zh-Hans", "cy"])
def test_a_refusal_under_another_name(language: str) -> None:
    """A button that should refuse and is called “Settings” is found, in whatever language."""
    settings = {
        "en": "Settings", "fr": "Paramétrer", "sv": "Inställningar", "fi": "Evästeasetukset", "el": "Ρυθμίσεις",
        "tr": "Ayarlar", "ar": "الإعدادات", "ja": "設定", "zh-Hans": "设置", "cy": "Gosodiadau",
    }  # fmt: skip
    assert evades(settings[language], language)


def test_going_on_without_accepting_refuses() -> None:
    """“Continue without accepting” is a refusal: France's authority names it as one."""
    labels = {"en": "Continue without accepting", "fr": "Continuer sans accepter", "it": "Continua senza accettare"}
    assert not [language for language, label in labels.items() if evades(label, language)]
    assert evades("Continuer", "fr")
    assert not evades("只用必要的", "zh-Hans")
    assert not evades("Numerisch", "sv")


def test_our_own_words_pass() -> None:
    """What we say ourselves implies no consent, says that it can be withdrawn, and calls refusing by its name."""
    for language in languages():
        said = texts(language)
        assert not [key for key in said if list(implied_consent(said[key]))], language
        assert says_withdrawal(said["body.memory"], language), language
        assert not evades(said["button.refuse_all"], language), language


def test_every_language_has_its_words() -> None:
    """Whichever of our languages a policy is written in, there are words to look for in it."""
    assert {tag.partition("-")[0] for tag in languages()} <= phrases().keys()
