"""The install snippets of vendors, as their sites hand them out in substance, against the rule for inline scripts."""

from __future__ import annotations

import time

import pytest

from consentkit.guard.inline import loads, snippet_urls

# name, a host (with path) that must be found, the script
SNIPPETS = [
    (
        "tag manager",
        "//www.googletagmanager.com/gtm.js",
        "(function(w,d,s,l,i){w[l]=w[l]||[];var f=d.getElementsByTagName(s)[0],j=d.createElement(s);j.async=true;"
        "j.src='https://www.googletagmanager.com/gtm.js?id='+i;f.parentNode.insertBefore(j,f);})"
        "(window,document,'script','dataLayer','GTM-X');",
    ),
    (
        "meta pixel",
        "//connect.facebook.net/en_US/fbevents.js",
        "!function(f,b,e,v,n,t,s){t=b.createElement(e);t.src=v;s=b.getElementsByTagName(e)[0];s.parentNode."
        "insertBefore(t,s)}(window,document,'script','https://connect.facebook.net/en_US/fbevents.js');fbq('init','1');",
    ),
    (
        "hotjar",
        "//static.hotjar.com/c/hotjar-",
        "(function(h,o,t,j,a,r){a=o.getElementsByTagName('head')[0];r=o.createElement('script');r.async=1;"
        "r.src=t+h._hjSettings.hjid+j;a.appendChild(r);})(window,document,'https://static.hotjar.com/c/hotjar-','.js?sv=');",
    ),
    (
        "linkedin insight",
        "//snap.licdn.com/li.lms-analytics/insight.min.js",
        '_linkedin_partner_id="1";(function(l){var b=document.createElement("script");b.async=true;'
        'b.src="https://snap.licdn.com/li.lms-analytics/insight.min.js";document.head.append(b)})(window.lintrk);',
    ),
    (
        "tiktok",
        "//analytics.tiktok.com/i18n/pixel/events.js",
        '!function(w,d,t){ttq.load=function(e,n){var r="https://analytics.tiktok.com/i18n/pixel/events.js";'
        'n=d.createElement("script");n.src=r+"?sdkid="+e;e=d.getElementsByTagName("script")[0];'
        "e.parentNode.insertBefore(n,e)};ttq.load('X')}(window,document,'ttq');",
    ),
    (
        "clarity",
        "//www.clarity.ms/tag/",
        '(function(c,l,a,r,i,t,y){t=l.createElement(r);t.async=1;t.src="https://www.clarity.ms/tag/"+i;'
        'y=l.getElementsByTagName(r)[0];y.parentNode.insertBefore(t,y);})(window,document,"clarity","script","x");',
    ),
    (
        "bing uet",
        "//bat.bing.com/bat.js",
        "(function(w,d,t,r,u){var n=d.createElement(t);n.src=r;n.async=1;i=d.getElementsByTagName(t)[0];"
        'i.parentNode.insertBefore(n,i)})(window,document,"script","//bat.bing.com/bat.js","uetq");',
    ),
    (
        "twitter widgets",
        "//platform.twitter.com/widgets.js",
        "!function(d,s,id){var js,fjs=d.getElementsByTagName(s)[0],p=/^http:/.test(d.location)?'http':'https';"
        "if(!d.getElementById(id)){js=d.createElement(s);js.id=id;js.src=p+'://platform.twitter.com/widgets.js';"
        "fjs.parentNode.insertBefore(js,fjs);}}(document,'script','twitter-wjs');",
    ),
    (
        "ga.js",
        "//google-analytics.com/ga.js",
        "(function(){var ga=document.createElement('script');ga.src=('https:'==document.location.protocol?'https://ssl':"
        "'http://www')+'.google-analytics.com/ga.js';var s=document.getElementsByTagName('script')[0];"
        "s.parentNode.insertBefore(ga,s);})();",
    ),
    (
        "ga.js written",
        "//google-analytics.com/ga.js",
        'var h=(("https:"==document.location.protocol)?"https://ssl.":"http://www.");'
        'document.write(unescape("%3Cscript src=\'"+h+"google-analytics.com/ga.js\' "+'
        "\"type='text/javascript'%3E%3C/script%3E\"));",
    ),
    (
        "analytics.js",
        "//www.google-analytics.com/analytics.js",
        "(function(i,s,o,g,r,a,m){a=s.createElement(o),m=s.getElementsByTagName(o)[0];a.async=1;a.src=g;"
        "m.parentNode.insertBefore(a,m)})(window,document,'script','//www.google-analytics.com/analytics.js','ga');",
    ),
    (
        "segment",
        "//cdn.segment.com/analytics.js/v1/",
        '!function(){var t=document.createElement("script");t.async=!0;t.src="https://cdn.segment.com/analytics.js/v1/"+key+'
        '"/analytics.min.js";var n=document.getElementsByTagName("script")[0];n.parentNode.insertBefore(t,n)}();',
    ),
    (
        "mixpanel",
        "//cdn.mxpnl.com/libs/mixpanel-2-latest.min.js",
        '(function(f,b){e=f.createElement("script");e.src="undefined"!==typeof MIXPANEL_CUSTOM_LIB_URL?'
        'MIXPANEL_CUSTOM_LIB_URL:"file:"===f.location.protocol?"https://cdn.mxpnl.com/libs/mixpanel-2-latest.min.js":'
        '"//cdn.mxpnl.com/libs/mixpanel-2-latest.min.js";g.parentNode.insertBefore(e,g)})(document);',
    ),
    (
        "intercom",
        "//widget.intercom.io/widget/abc",
        "(function(){var l=function(){var s=d.createElement('script');s.src='https://widget.intercom.io/widget/abc';"
        "var x=d.getElementsByTagName('script')[0];x.parentNode.insertBefore(s,x);};})();",
    ),
    (
        "hubspot",
        "//js.hs-scripts.com/123.js",
        "var s=document.createElement('script');s.id='hs-script-loader';s.src='//js.hs-scripts.com/123.js';"
        "document.body.appendChild(s);",
    ),
    (
        "mailchimp",
        "//chimpstatic.com/mcjs-connected/js/users/a/b.js",
        "!function(c,h,i,m,p){m=c.createElement(h),p=c.getElementsByTagName(h)[0],m.async=1,m.src=i,"
        'p.parentNode.insertBefore(m,p)}(document,"script","https://chimpstatic.com/mcjs-connected/js/users/a/b.js");',
    ),
    (
        "pipedrive",
        "//leadbooster-chat.pipedrive.com/assets/loader.js",
        "var s=document.createElement('script');s.src='https://leadbooster-chat.pipedrive.com/assets/loader.js';"
        "s.async=true;document.head.appendChild(s);",
    ),
    (
        "matomo",
        "//stats.own.example/",
        "var _paq=window._paq||[];(function(){var u='//stats.own.example/';_paq.push(['setTrackerUrl',u+'matomo.php']);"
        "var d=document,g=d.createElement('script');g.src=u+'matomo.js';s.parentNode.insertBefore(g,s);})();",
    ),
    ("escaped slashes", "//t.test/a.js", r'var s=document.createElement("script");s.src="https:\/\/t.test\/a.js"'),
    ("unicode escapes", "//t.test/a.js", r'fetch("https:\u002F\u002Ft\x2etest\u{2f}a.js")'),
    ("percent escapes", "//t.test/a.js", "new Image().src=decodeURIComponent('https%3A%2F%2Ft.test%2Fa.js')"),
    ("written markup", "//t.test/a.js", "document.write('<script src=//t.test/a.js></'+'script>')"),
    ("written, quoted", "//t.test/a.js", r'document.write("<script src=\"https://t.test/a.js\"></scr"+"ipt>")'),
    ("template string", "//t.test/a.js", "import(`${location.protocol}//t.test/a.js`)"),
    ("split scheme", "//t.test/a.js", "s.src = 'https://' + 't.test/a.js'"),
    ("beacon", "//t.test/b", "navigator.sendBeacon('https://t.test/b', 1)"),
    ("css", "//t.test/b.gif", "el.innerHTML = '<i style=\"background:url(//t.test/b.gif)\">'"),
]


@pytest.mark.parametrize(("name", "url", "text"), SNIPPETS, ids=[name for name, *_ in SNIPPETS])
def test_install_snippets_name_their_vendor(name: str, url: str, text: str) -> None:
    """The snippet a vendor tells a site owner to paste is seen to load, and from where."""
    assert loads(text)
    assert any(found.startswith(url) for found in snippet_urls(text)), list(snippet_urls(text))


@pytest.mark.parametrize(
    "text",
    [
        "window.dataLayer=window.dataLayer||[];function gtag(){dataLayer.push(arguments);}gtag('js',new Date());"
        "gtag('config','G-X',{transport_url:'https://www.google-analytics.com'});",
        "window.pipedriveLeadboosterConfig={base:'leadbooster-chat.pipedrive.com',companyId:1,version:2};",
        "var share='https://www.facebook.com/sharer.php?u='+encodeURIComponent(location.href);open(share)",
        "",
    ],
)
def test_scripts_that_load_nothing_are_told(text: str) -> None:
    """A script that only sets values runs, whatever addresses it names."""
    assert not loads(text)


def test_only_strings_name_hosts() -> None:
    """A comment, a property or a word with dots in a first-party script names nobody."""
    text = (
        "// see https://www.googletagmanager.com/gtm.js\n/* (https://t.test/a) */ window.dataLayer.push(1);"
        "document.createElement('a').href = '/own'; x = 'a sentence. Another'; y = a.b/c.d; z = 'v1.2'; q='./a.js'"
    )
    assert list(snippet_urls(text)) == []


def test_a_share_link_is_given_to_the_judge_with_its_path() -> None:
    """A first-party script with a share link can be told from a tracker of the same host by its path."""
    text = "var a=document.createElement('a');a.href='https://www.facebook.com/sharer/sharer.php?u=';el.append(a)"
    assert list(snippet_urls(text)) == ["//www.facebook.com/sharer/sharer.php?u="]


@pytest.mark.parametrize("piece", ["'a.", "a-", "'//", "\\u002f", "'a.b.c.", "'''", "a.b/", "%2F", "'//a.b"])
def test_noise_in_scripts_takes_bounded_time(piece: str) -> None:
    """A hostile inline script costs no more than its length."""
    text = piece * (65536 // len(piece))
    began = time.process_time()
    assert len(list(snippet_urls(text))) <= 65536
    loads(text)
    assert time.process_time() - began < 10  # a square would take minutes
