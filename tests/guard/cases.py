"""Documents and what becomes of them, written once: the expected output, from which the input follows.

Everything the rewriter does is an insertion, so `source` takes the insertions out again. Trackers live on t.test.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from consentkit.guard.inline import loads, snippet_urls

INSERT = b"<ck-mark></ck-mark>"
LABEL = "marketing t"

_OURS = re.compile(
    rb'<ck-mark></ck-mark>| type="text/plain" data-ck="[^"]*"| data-ck="[^"]*"|data-ck="[^"]*" |data-ck-'
)


def source(expected: bytes) -> bytes:
    """The author's bytes again."""
    return _OURS.sub(b"", expected)


def judge(url: str) -> str | None:
    host = re.match(r"(?:[a-z]+:)?//([^/?#:]*)", url)
    return LABEL if host and (host[1] == "t.test" or host[1].endswith(".t.test")) else None


def judge_inline(text: str) -> str | None:
    return LABEL if loads(text) and any(map(judge, snippet_urls(text))) else None


class Case(NamedTuple):
    name: str
    expected: bytes

    @property
    def html(self) -> bytes:
        return source(self.expected)


_TABLE = rb"""
# where the insertion goes
body                     <!doctype html><html><head></head><body class="a">@hi</body></html>
body upper case          <BODY CLASS=a>@hi</BODY >
body in a string         <head><script>var s = "<body>";</script></head><body>@x
body in a comment        <html><!-- <body> --><body>@x
body in a textarea       <html><textarea><body></textarea><body>@x
body in a title          <title><body></title><body>@x
body in a style          <style><body></style><body>@x
body in a template       <html><template><body>x</template><body>@y
body in noscript         <html><noscript><body></noscript><body>@y
body in an island        <html><svg><desc><body></desc></svg><p>y@</html>
body in bogus comment    <html><?php <body ?><body>@ x
body twice               <body>@<body>
body in an attribute     <html><p title="<body>">x</p><body>@
no body, end tag         <!doctype html><title>t</title><p>x@</body></html>
no body, html end        <html><p>x@</html>
no body at all           <!doctype html><p>x@
only a head              <head><title>x</title></head>@
end tag in a script      <html><script>"</body>"</script><p>x@
fragment                 <p>only a <b>fragment</b></p></body>
frameset                 <html><frameset><frame src="a"></frameset></html>
end in a comment         <html><p>x<!-- never closed
end in a script          <html><script>never closed
end in a tag             <html><p title="never closed
# script src
script                   <script! src="https://t.test/a.js"></script>
script, single quotes    <script! src='https://t.test/a.js'></script>
script, no quotes        <script! src=https://t.test/a.js></script>
script, slash            <script!/src=//t.test/a.js></script>
script, upper case       <SCRIPT! SRC="HTTPS://T.TEST/A.JS"></SCRIPT>
script, newline          <script!
script, subdomain        <script! async src="//cdn.t.test/a.js" defer></script>
script, own type         <script! ~type="text/javascript" src=//t.test/></script>
script, module           <script! src=//t.test/ ~type=module></script>
script, type twice       <script! ~type=module ~type="x" src=//t.test/></script>
script, spaced src       <script! src  =  "//t.test/a"></script>
script, src twice        <script! src=//t.test/ src=/own.js></script>
script, own src first    <script src=/own.js src=//t.test/></script>
script, inert            <script type="text/plain" src=//t.test/></script>
script, json             <script type="application/ld+json">{"u": "//t.test/", "s": "createElement"}</script>
script, empty type       <script! ~type="" src=//t.test/></script>
script, language         <script language="vbscript" src=//t.test/></script>
script, first party      <script src="/t.test/a.js"></script>
script, other host       <script src="https://nott.test/a.js"></script>
script, data             <script! src="data:text/javascript,new Image().src='//t.test/a'"></script>
script, data base64      <script! src="data:text/javascript;base64,bmV3IEltYWdlKCkuc3JjPScvL3QudGVzdC9hJw=="></script>
# how a URL can be spelled
entities                 <script! src="&#104;ttps&colon;&sol;&sol;t.te&#x73;t/a"></script>
entity without semicolon <script! src="https://t.tes&#116/a"></script>
ambiguous ampersand      <img& ~src="//t.test/?a=1&copy=2">
backslashes              <script! src="\\t.test\a"></script>
mixed slashes            <script! src="/\t.test/a"></script>
three slashes            <script! src="///t.test/a"></script>
one slash                <script! src="https:/t.test/a"></script>
no slash                 <script! src="https:t.test/a"></script>
leading space            <script! src="  //t.test/a "></script>
leading control          <script! src="&#1;//t.test/a"></script>
user name                <script! src="https://own.test@t.test/a"></script>
percent                  <script! src="https://%74.test/a"></script>
port                     <script! src="https://t.test:8443/a"></script>
wide letters             <script! src="https://\xef\xbd\x94.test/a"></script>
soft hyphen              <script! src="https://t.te&shy;st/a"></script>
in the path              <img src="/go?to=https://t.test/a">
base                     <base href="https://t.test/x/"><script! src="a.js"></script><img src="https://own.test/">
base, relative           <base href="/x/"><base href="https://t.test/"><script src="a.js"></script>
base in a template       <template><base href="https://t.test/"></template><script src="a.js"></script>
# tags that fetch
img                      <img& ~src="//t.test/p.gif" alt="x">
img, self-closing        <img& ~src="//t.test/p.gif"/>
img, srcset              <img& src="/own.png" ~srcset="/a.png 1x, https://t.test/b.png 2x">
img, srcset comma        <img src="/own.png" srcset="/a,//t.test/b.png 1x">
img, both                <img& ~src="//t.test/a" ~srcset="//t.test/b">
img, src twice           <img& ~src="//t.test/a" alt="" ~src="//t.test/b" ~SRC=/own>
image is img             <image& ~src=//t.test/>
iframe                   <iframe& ~src="https://t.test/ns.html"></iframe>
iframe content           <iframe src="/own"><script src="//t.test/"></script></iframe>
iframe srcdoc            <iframe& ~srcdoc="&lt;img src='//t.test/'&gt;"></iframe>
iframe srcdoc clean      <iframe srcdoc="&lt;img src='/own'&gt;"></iframe>
link stylesheet          <link& rel="stylesheet" ~href="//t.test/a.css">
link preload             <link& ~href="//t.test/a.js" rel=preload as=script>
link preconnect          <link& rel="dns-prefetch PRECONNECT" ~href="https://t.test">
link icon                <link& rel="shortcut icon" ~href="//t.test/i.ico">
link canonical           <link rel="canonical" href="https://t.test/">
link without rel         <link href="https://t.test/">
link imagesrcset         <link& rel=preload as=image ~imagesrcset="//t.test/a 1x">
video                    <video& ~src=//t.test/v ~poster=//t.test/p><source& ~src="//t.test/v.mp4"></video>
audio                    <audio& ~src=//t.test/></audio>
embed and object         <embed& ~src=//t.test/><object& ~data=//t.test/></object>
picture                  <picture><source& ~srcset="//t.test/a"><img src=/own></picture>
input                    <input& type=image ~src=//t.test/><input type=text src=//t.test/>
links are left           <a href="https://t.test/share" title="<img src=//t.test/>">x</a>
noscript                 <noscript><img& ~src="//t.test/tr?noscript=1"><iframe& ~src=//t.test/></iframe></noscript>
noscript in head         <head><noscript><link& rel=stylesheet ~href=//t.test/></noscript></head>@
template                 <template><img& ~src="//t.test/"></template>
nested templates         <template><template><img& ~src="//t.test/"></template></template><body>@
# what is not markup
comment                  <!-- <script src="//t.test/"></script> --><img& ~src=//t.test/>
comment, empty           <!--><img& ~src=//t.test/>
comment, dash            <!---><img& ~src=//t.test/>
comment, bang            <!-- x --!><img& ~src=//t.test/>
comment, bang first      <!--!><img src=//t.test/>-->
comment, three dashes    <!----><img& ~src=//t.test/>
comment, nested          <!-- <!-- --><img& ~src=//t.test/>
conditional comment      <!--[if IE]><script src="//t.test/"></script><![endif]-->
conditional, revealed    <![if !IE]><img& ~src=//t.test/><![endif]>
bogus comment            </ img src=//t.test/><img& ~src=//t.test/>
processing instruction   <?xml version="1.0"?><img& ~src=//t.test/>
no end tag name          </><img& ~src=//t.test/>
less-than in text        a < b <img& ~src=//t.test/> <3 <<img& ~src=//t.test/>
textarea                 <textarea><script src="//t.test/"></script></textarea>
title                    <title><img src=//t.test/></title>
style                    <style><img src=//t.test/></style >
xmp                      <xmp><img src=//t.test/></xmp><img& ~src=//t.test/>
noembed                  <noembed><img src=//t.test/></noembed>
plaintext                <plaintext><img src=//t.test/></plaintext>
raw text, false end      <style></styles><img src=//t.test/></style><img& ~src=//t.test/>
string in a script       <script>var s = '<img src="//t.test/">';</script>
escaped script           <script><!-- <script> </script> <img src=//t.test/> --></script><img& ~src=//t.test/>
escaped, closed          <script><!-- <script> </script> --> </script><img& ~src=//t.test/>
escaped, at once         <script><!--><script></script><img& ~src=//t.test/>
escaped, not doubled     <script><!-- <scripts> </script><img& ~src=//t.test/>
end tag with attributes  <script>1</script x=">"><img& ~src=//t.test/>
# attributes
equals first             <img& =x ~src=//t.test/>
equals alone             <img& = ~src=//t.test/>
quote in a name          <img& a"b ~src=//t.test/ c'd>
less-than in a name      <img& <b ~src=//t.test/>
greater-than quoted      <img& alt="a > b" ~src=//t.test/>
no space between         <img& alt="a"~src='//t.test/'~SRC="x">
empty unquoted           <img alt=><img& ~src=//t.test/>
slashes between          <img&/alt/~src=//t.test//>
other names              <img data-src="//t.test/" xsrc=//t.test/>
NUL and high bytes       <img& alt="\xff\x00" ~src=//t.test/>\xfe
dull tag, odd quotes     <p class=it's><img& ~src=//t.test/><p a='>'><img& ~src=//t.test/>
dull tag, hidden tag     <p title='<img src=//t.test/>' class="<script src=//t.test/>"><img& ~src=//t.test/>
dull tag, mixed case     <sCRIPT! src=//t.test/></sCRIPT><dIV title="<img src=//t.test/>"></dIV>
# svg and math
svg title                <svg><title><script! src=//t.test/></script></title></svg>
svg style                <svg><style><img& ~src=//t.test/></style></svg>
svg style, no breakout   <svg><style><g></style></svg><style><img src=//t.test/></style>
svg script href          <svg><script! ~href="//t.test/"></script></svg>
svg script xlink         <svg><script! ~xlink:href="//t.test/" ~type="text/javascript"/></svg>
svg script src           <svg><script src="//t.test/"></script></svg>
svg script inline        <svg><script!><![CDATA[new Image().src = "//t.test/"]]></script></svg>
svg script entities      <svg><script!>new Image().src = &quot;//t.test/&quot;</script></svg>
svg image                <svg><image& ~href="//t.test/a.png"/></svg>
svg cdata                <svg><![CDATA[<img src=//t.test/>]]></svg><![CDATA[<img src=//t.test/>]]>
svg island               <svg><foreignObject><style><img src=//t.test/></style></foreignObject></svg>
svg after an island      <svg><foreignObject></foreignObject><style><img& ~src=//t.test/></style></svg>
svg self-closing         <svg/><style><img src=//t.test/></style>
svg icon                 <svg viewBox="0 0 1 1"><g><path d="M0 0"/></g></svg><img& ~src=//t.test/>
svg broken out of        <svg><g><p></p><style><img src=//t.test/></style>
svg, end tag breaks out  <svg><g></p><style><img src=//t.test/></style>
svg island, open p       <svg><desc><p>x</desc></svg><style><img src=//t.test/></style>
svg island, p after p    <svg><desc><p>x<p>y</p></desc><style><img& ~src=//t.test/></style>
svg unclosed             <div><svg><g></div><style><img src=//t.test/></style>
svg font                 <svg><font><style><g></style><font color=red><style><img src=//t.test/></style>
math text                <math><mi><style><img src=//t.test/></style></mi></math>
math annotation          <math><annotation-xml encoding="text/html"><style><img src=//t.test/></style>
math annotation, plain   <math><annotation-xml><style><img& ~src=//t.test/></style></annotation-xml></math>
# regions
noscript, comment        <noscript><!-- </noscript><script! src=//t.test/></script> -->
noscript, quote          <noscript><p title="</noscript><img& ~src=//t.test/>">
noscript, style          <noscript><style></noscript><img& ~src=//t.test/></style>
noscript, script         <noscript><script></noscript><img& ~src=//t.test/>
noscript, never closed   <html><noscript><img& ~src=//t.test/>
noscript, false end      <noscript></noscripts><img& ~src=//t.test/></noscript>
select and title         <select><title><img& ~src=//t.test/></title></select>
# inline scripts
inline                   <script!>new Image().src = "https://t.test/p";</script>
inline, type             <script! ~type='text/javascript'>new Image().src = "https://t.test/p";</script>
inline, module           <script! ~type=module>import("https://t.test/p.js")</script>
inline, only named       <script>var share = "https://t.test/p";</script>
inline, only loading     <script>document.createElement("img").src = "/own.png"; // see https://t.test/</script>
inline, with src         <script src="/own.js">new Image().src = "https://t.test/p";</script>
inline, escaped          <script!>document.createElement("img").src = "https:\/\/t.test\/p";</script>
inline, upper case       <SCRIPT!>document.write('<img src="//t.test/">')</SCRIPT>
inline, never closed     <script!>new Image().src = "https://t.test/p";
inline, then another     <script>1</script><script!>new Image().src="//t.test/"</script><script>2</script>
"""

_MARKS = (
    (rb"!(?=[ />]|$)", b' type="text/plain" data-ck="marketing t"'),
    (rb"(?<=[a-z0-9])&(?=[ />])", b' data-ck="marketing t"'),
    (rb"~(?=[a-zA-Z])", b"data-ck-"),
    (rb"@(?!t\.)", INSERT),
)


def _written_out(short: bytes) -> bytes:
    """`!` marks a held script, `&` another held tag, `~` a renamed attribute, `@` the insertion."""
    for mark, text in _MARKS:
        pattern = rb"(<script)" + mark if text.startswith(b" type") else mark
        keep = rb"\1" if text.startswith(b" type") else b""
        short = re.sub(pattern, keep + text, short, flags=re.I)
    return short.replace(rb"\xff", b"\xff").replace(rb"\xfe", b"\xfe").replace(rb"\x00", b"\x00")


def _cases() -> Iterator[Case]:
    for line in _TABLE.splitlines():
        if line and not line.startswith(b"#"):
            short = line[25:].replace(rb"\xef\xbd\x94", b"\xef\xbd\x94")
            if short == b"<script!":
                short = b'<script!\r\n\tsrc="//t.te\n\tst/a"\r\n></script>'
            yield Case(line[:25].decode().strip(), _written_out(short))


CASES = list(_cases())
