"""Documents and what becomes of them, written once: the expected output, from which the input follows.

Everything the rewriter does is an insertion, so `source` takes the insertions out again. Trackers live on t.test.
"""

# ruff: noqa: E501 – a table, one case a line

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from consentkit.guard.inline import loads, snippet_urls

INSERT = b"<ck-mark></ck-mark>"
LABEL = "marketing t"

_OURS = re.compile(
    rb'<ck-mark></ck-mark>|(?: type="text/plain"|(?: (?:form)?method="dialog")*)? data-ck="[^"]*"|data-ck="[^"]*" |data-ck-'
    rb"|(?:&#32;type&#61;&#34;text/plain&#34;)?&#32;data-ck&#61;&#34;[^\"'<> ]*?&#34;|&#100;ata-ck-|about:invalid#ck:[^:]*:"
    rb"|(?<=<)\\(?=/(?i:style|title|(?:no)?script|textarea|xmp|iframe|noembed|noframes)[\t\n\f\r />])"
)


def source(expected: bytes) -> bytes:
    """The author's bytes again."""
    return _OURS.sub(b"", expected)


def judge(url: str) -> str | None:
    host = re.match(r"(?:[a-z]+:)?//([^/?#:]*)", url)
    return LABEL if host and f".{host[1].rstrip('.')}".endswith((".t.test", ".xn--bcher-kva.test")) else None


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
base                     <base& ~href="https://t.test/x/"><script! src="a.js"></script><img src="https://own.test/">
base, relative           <base href="/x/"><base& ~href="https://t.test/"><script src="a.js"></script>
base in a template       <template><base& ~href="https://t.test/"></template><script src="a.js"></script>
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
embed, code              <embed& ~code=//t.test/>
picture                  <picture><source& ~srcset="//t.test/a"><img src=/own></picture>
input                    <input& type=image ~src=//t.test/><input type=text src=//t.test/>
links are left           <a href="https://t.test/share" title="<img src=//t.test/>">x</a>
noscript                 <noscript><img& ~src="//t.test/tr?noscript=1"><iframe& ~src=//t.test/></iframe></noscript>
noscript in head         <head><noscript><link& rel=stylesheet ~href=//t.test/></noscript></head>@
template                 <template><img& ~src="//t.test/"></template>
nested templates         <template><template><img& ~src="//t.test/"></template></template><body>@
# documents in attributes
srcdoc                   <iframe& srcdoc="&lt;p&gt;a&lt;img{D} ~src='//t.test/'&gt;"></iframe>
srcdoc, single quotes    <iframe& srcdoc='<img{D} ~src="//t.test/">'></iframe>
srcdoc, no quotes        <iframe& srcdoc=&lt;img{D}/~src=//t.test/a&gt;></iframe>
srcdoc, script           <iframe& srcdoc="<script{S} src=//t.test/></script><script>1</script>"></iframe>
srcdoc, inline           <iframe& srcdoc="<script{S}>new Image().src='//t.test/'</script>"></iframe>
srcdoc, style            <iframe& srcdoc="<style>a{b:url&lpar;^//t.test/)}</style>"></iframe>
srcdoc, references       <iframe& srcdoc="&lt;p title=&quot;a&quot;&#62;&LT;img{D} alt=1&#32&#100;ata-ck-src=//t.test/&gt"></iframe>
srcdoc, other frame      <iframe& srcdoc="<iframe{D} ~src=//t.test/></iframe>"></iframe>
srcdoc in srcdoc         <iframe& srcdoc="<iframe{D} ~srcdoc='<img src=//t.test/>'></iframe>"></iframe>
srcdoc, base             <base& ~href="//t.test/"><iframe& srcdoc="<img{D} ~src=a>"></iframe>
srcdoc and src           <iframe& ~src=//t.test/ ~srcdoc="<img src=//t.test/a>"></iframe>
srcdoc twice             <iframe srcdoc="x" srcdoc="<img src=//t.test/>"></iframe>
srcdoc, one reference    <iframe& srcdoc="<style>&fjlig;{b:url(^//t.test/)}</style>"></iframe>
data document            <iframe& ~src="data:text/html,<img src='//t.test/'>"></iframe><embed src="data:image/png,//t.test/">
data document, svg       <object& ~data="data:image/svg+xml,<svg><image href='//t.test/'/></svg>"></object>
data document, base64    <iframe& ~src="data:text/html;base64,PGltZyBzcmM9Ly90LnRlc3Q+"></iframe>
data sheet               <link& rel=stylesheet ~href="data:text/css,@import url(//t.test/)">
# style sheets
css url                  <style>a{background:url(^https://t.test/a.png) no-repeat}b{c:url(/own)}</style>
css, quotes              <style>a{b:url("^//t.test/a");c:URL( '^//t.test/b' )}</style>
css, import              <style>@import "^//t.test/a.css" screen;@IMPORT url(^//t.test/b);@import/**/'^//t.test/c'</style>
css, image-set           <style>a{b:image-set("^//t.test/a" 1x, url(^//t.test/b) 2x type("image/png"), "/own" 3x)}</style>
css, webkit image-set    <style>a{b:-webkit-image-set(url(^//t.test/b) 2x)}</style>
css, src                 <style>@font-face{src:url(^//t.test/a.woff2) format("woff2"),src("^//t.test/b")}</style>
css, escapes             <style>a{b:u\72l(^//t.test/a);c:\75 RL("^https://\74.test/b")}@\69mport "^//t.te\73 t/c"</style>
css, escaped line end    <style>a{b:url("^//t.te\
css, custom property     <style>a{--x: "^//t.test/a"; --y:url(^//t.test/b); b:image-set(var(--x))}</style>
css, kept strings        <style>a{--x:/*;*/ 1 "^//t.test/a";-\2d y:"^//t.test/b";--z:if(x:"/a";else:"^//t.test/c")}</style>
css, kept by functions   <style>@property --x{initial-value:"^//t.test/a"}@function --f(){result:"^//t.test/b"}a{b:--f("^//t.test/c")}</style>
css, kept by nobody      <style>.--x a[href^="//t.test/"],.result a[b="//t.test/"]{--c:calc(1px + (2px));content:"//t.test/"}</style>
css, comment             <style>/* url(//t.test/a) */a{b:url(/* //t.test/b)}/* " */c{d:url(^//t.test/c)}</style>
css, strings             <style>a{content:"url(//t.test/)"}a[href^="https://t.test/"]{b:"//t.test/"}</style>
css, bad string          <style>a{b:"x
css, HTML comment        <style><!--@import "^//t.test/";--></style><style><!--url(^//t.test/)</style>
css, never closed        <style>a{b:url(^//t.test/
css, end tag in url      <style>a{b:url(^//t.test/</style><img& ~src=//t.test/>
css, parse on            <style>@media (min-width:1px){a:not(.b){c:calc(1px + (2px));d:url(^//t.test/)}}</style>
css, data                <style>a{b:url(data:image/png;base64,AAAA)}@import "^data:text/css,@import '//t.test/'";</style>
css, upper case          <STYLE MEDIA=print>A{B:URL(^HTTPS://T.TEST/)}</STYLE>
css, base                <base& ~href="//t.test/x/"><style>a{b:url(^a.png);c:url(#a)}</style>
css, noscript            <noscript><style>a{b:url(^//t.test/)}</style></noscript>
css, template            <template><style>a{b:url(^//t.test/)}</style></template>
css in svg               <svg><style>a{fill:url(^//t.test/#a)}</style><style><![CDATA[@import "^//t.test/"]]></style></svg>
css in svg, references   <svg><style>@import &quot;^//t.test/&quot;;b{c:url&#40;^//t.test/a)}</style></svg>
style attribute          <p& style="color:red;background:url(^//t.test/a) 0 0">x</p><p style="background:url(/own)">
style, quotes            <p& style='b:url("^//t.test/a")'>x</p><i& class=x style=b:url(^//t.test)>x</i>
style, references        <p& style="b:url(&quot;^//t.test/a&quot;);c:url&#x28;^//t.test/b)">x</p>
style, spaces            <div& class="a" style = "b:url(^//t.test/a)" hidden></div>
style, upper case        <DIV& STYLE="B:URL(^//T.TEST/)"></DIV><div& id="x" Style="b:url(^//t.test/)"></div>
style of an img          <img& src="/own" style="b:url(^//t.test/)"><img& ~src=//t.test/ style="b:url(^//t.test/)">
style of a body          <body& style="b:url(^//t.test/)">@
style of a held script   <script! src="//t.test/" id="x" style="b:c"></script>
style twice              <p style="" style="b:url(//t.test/)">
# what a click sends, and where a page goes
ping                     <a& href="https://t.test/" ~ping="/own https://t.test/p">x</a><a href="/" ping="/own">y</a>
ping of an area          <map><area& href="/" ~ping=//t.test/></map>
form                     <form{M} ~action="https://t.test/subscribe" ~method="post"><input name="a"></form>
form, own                <form action="/own"><button{F} ~formaction="//t.test/" ~formmethod=get>x</button></form>
form, input              <form><input{F} type=submit ~formaction="//t.test/"></form>
refresh                  <meta& http-equiv="refresh" ~content="0; url='https://t.test/'">
refresh, other spelling  <META& HTTP-EQUIV=Refresh ~CONTENT=5,//t.test/><meta http-equiv="refresh" content="5">
meta                     <meta name="refresh" content="0; url=//t.test/"><meta property="og:image" content="//t.test/">
attributionsrc           <a& ~attributionsrc="//t.test/" href="/">x</a><img& src=/own ~attributionsrc="/a //t.test/">
attributionsrc, script   <script& src=/own.js ~attributionsrc=//t.test/></script>
attributionsrc, held     <script! src=//t.test/ ~attributionsrc=//t.test/></script>
background               <body& ~background="//t.test/">@<table& ~background=//t.test/><tr><td& ~background="//t.test/">
handlers                 <img& src=/own ~onerror="new Image().src='//t.test/'"><img src=/own onerror="this.remove()">
handler of a body        <body& ~onload="fetch('//t.test/')">@
handlers that wait       <p onclick="fetch('//t.test/')" onpointerdown="fetch('//t.test/')">x
handlers of any tag      <details& open ~ontoggle="fetch('//t.test/')"></details><p& ~onanimationstart="fetch('//t.test/')">x
javascript: URL          <iframe& ~src="javascript:fetch('//t.test/')"></iframe>
javascript: document     <iframe& ~src="javascript:'<img src=&#47;/t.test/a>'"></iframe><iframe src="javascript:'<img src=/own>'"></iframe>
javascript: references   <iframe& ~src="javascript:'<img src=&quot;&amp;#47;/t.test/&quot;>'"></iframe><form action="javascript:'//t.test/'">
frames                   <fencedframe& ~src="//t.test/"></fencedframe><portal& ~src=//t.test/></portal>
data: in UTF-16          <iframe& ~src="data:text/html;charset=utf-16le;base64,PABpAG0AZwAgAHMAcgBjAD0ALwAvAHQALgB0AGUAcwB0AC8APgA="></iframe><embed& ~src="data:text/html;base64,/v8APABpAG0AZwAgAHMAcgBjAD0ALwAvAHQALgB0AGUAcwB0AC8APg==">
data: sheet in UTF-16    <link& rel=stylesheet ~href="data:text/css;base64,//5AAGkAbQBwAG8AcgB0ACAAIgAvAC8AdAAuAHQAZQBzAHQALwAiAA==">
data: spaces             <iframe& ~src="data:                                                            text/html ,<img src=//t.test/>"></iframe><iframe& ~src="data:text/html; base64 ,PGltZyBzcmM9Ly90LnRlc3QvPg=="></iframe>
data: in an import map   <script! ~type=importmap>{"imports":{"x":"data:text/javascript,import '//t.test/'"}}</script>
object and applet        <object& ~codebase="//t.test/" data="a"></object><applet& ~archive="//t.test/a.jar"></applet>
AMP                      <amp-img& ~src="//t.test/"></amp-img><amp-pixel& ~src="//t.test/"></amp-pixel><amp-ad& ~src=//t.test/>
import map               <script! ~type="importmap">{"imports": {"a": "https:\/\/t.test/a.js"}}</script>
import map, own          <script type="importmap">{"imports": {"a": "/a.js"}}</script>
speculation rules        <script! ~type=speculationrules>{"prefetch": [{"urls": ["/a", "//t.test/"]}]}</script>
link, other rels         <link& rel="search" ~href="//t.test/"><link& rel=apple-touch-startup-image ~href=//t.test/>
trailing dot             <img& ~src="https://t.test./"><img& ~src="https://cdn.t.test.:443/">
own name, IDN            <img& ~src="https://b\xc3\xbccher.test/"><img& ~src="//B%C3%9CCHER.test/"><img& ~src=//xn--bcher-kva.test>
shadow root              <div><template shadowrootmode="open"><img& ~src=//t.test/><style>a{b:url(^//t.test/)}</style></template></div>
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
svg unclosed             <div><svg><g></div><style><img& ~src=//t.test/></style>
svg font                 <svg><font><style><g></style><font color=red><style><img src=//t.test/></style>
svg presentation         <svg><rect& ~fill="url(//t.test/a#b)"/><g& ~filter=url(//t.test/)><path& ~mask='url("//t.test/")'/></g></svg>
svg, painted later       <svg><g><set& attributeName=clip-path ~to="url(//t.test/#a)"/><animate& ~values="none;url(//t.test/#a)"/></g></svg>
ahead: svg cdata         <svg><![CDATA[><img& ~src=//t.test/><a title="]]><image& ~href=//t.test/></svg><img& ~src=//t.test/>
ahead: svg cdata closed  <svg><![CDATA[></svg><!--]]><image& ~href=//t.test/><style><g></svg>
ahead: svg title         <svg><title><!--<%/title><img src=//t.test/>--></title><img& ~src=//t.test/></svg>
ahead: svg title, quote  <svg><title><!--<%/title><b a="--><img& ~src=//t.test/>"></title></svg><img& ~src=//t.test/>
ahead: svg title, value  <svg><title><a title="<%/title><img src=//t.test/><script>new Image().src='//t.test/'</script>"></title></svg>
ahead: svg style         <svg><style><!--<%/style><img src=//t.test/>--></style></svg>
ahead: svg style, value  <svg><style><a id="<%/style><img src=//t.test/>"></style><img& ~src=//t.test/></svg>
ahead: svg in srcdoc     <iframe{U} srcdoc="<svg><title><!--<%/title><img src=//t.test/>--></title></svg>"></iframe>
ahead: svg script        <svg><script><![CDATA[<%/script><img src=//t.test/>]]></script></svg>
ahead: island style      <svg><title><style><%/title><img src=//t.test/></style></title></svg>
ahead: svg in the title  <svg><title><svg><style>a<b/></title><img& ~src=//t.test/></svg>
ahead: svg style open    <svg><title><svg><style>x</title><img& ~src=//t.test/></svg>
ahead: html style after  <svg><style>x</svg><style>a{}</style><body>@<img& ~src=//t.test/>
ahead: html script after <svg><script>x</svg><script>a()</script><body>@<img& ~src=//t.test/>
ahead: less before end   <svg><title>x<</title><img& ~src=//t.test/></svg>
ahead: unclosed title    <!doctype html><svg><title>x</svg><body>@<img& ~src=//t.test/>
ahead: math              <math><mtext><![CDATA[><img& ~src=//t.test/>]]><mglyph><style><!--<%/style><img src=//t.test/>
ahead, twice: script     <script! src src="//t.test/a"></script><script! src=" " src=//t.test/></script>
ahead, twice: link       <link& rel=next rel=stylesheet ~href="//t.test/"><link& rel=preload as=image ~href ~href="//t.test/">
ahead, twice: kind       <script! ~type="text/template" ~type=module src=//t.test/></script><input& type=text type=image ~src=//t.test/>
ahead, twice: language   <script! language=vbscript language=javascript src=//t.test/></script>
ahead, twice: poster     <video& ~poster ~poster=//t.test/></video>
ahead, href of a script  <svg></p><script! ~href=//t.test/></script>
select, style            <select><style>@import "^//t.test/";</style><style>a{b:url(/own)}</style></select>
select, style and markup <select><style type="text/plain" data-ck="marketing t"><b>{}a{b:url(//t.test/)}</style></select>
svg, doubtful            <svg></li><script! ~href=//t.test/></script><style><img& ~src=//t.test/></style><rect& ~fill=url(//t.test/)></svg>
svg, doubtful program    <svg></table><script!>new Image().src=&quot;//t.test/&quot;</script></svg>
svg, doubt is over       <svg></li></svg><rect fill=url(//t.test/)><style><img src=//t.test/></style>
frames, style            <frameset><style>@import "^//t.test/";</style><style><frame& ~src=//t.test/></style></frameset>
frames, text             <frameset><title><frame& ~src=//t.test/></title><textarea><frame& ~src=//t.test/></textarea></frameset>
frames, script           <frameset><script>x<frame& ~src=//t.test/></script><noscript><frame& ~src=//t.test/></noscript>
frames, picture          <frameset><svg><style><frame& ~src=//t.test/></style><title><!--<%/title><frame src=//t.test/>
frames, plain            <frameset><plaintext><frame& ~src=//t.test/>
frames, noframes         <frameset><noframes><img src=//t.test/></noframes><frame& ~src=//t.test/></frameset>
frames, torn             <frameset><style><a title="<%/style><a y="><frame& ~src=//t.test/></style>
frames, torn noscript    <frameset><noscript><a title="<%/noscript><a y="><frame& ~src=//t.test/></noscript>
frames, in a body        <body>@x<frameset><style>a{b:url(^//t.test/)}</style><textarea><img& ~src=//t.test/></textarea>
svg, around an island    <svg><desc></div></desc><style><img& ~src=//t.test/></style></svg>
base, no address         <base href="https://[x"><base& ~href="https://t.test/"><img src="//[x"><img& ~src=https://t.test/>
svg icon, painted        <svg viewBox="0 0 1 1"><path fill="url(#a)" d="M0 0"/><path& ~clip-path="url(//t.test/#a)"/></svg>
svg other links          <svg><pattern& ~href="//t.test/#a"/><textPath& ~xlink:href="//t.test/#a">x</textPath></svg>
svg, base                <base& ~href="//t.test/x/"><svg><use href="#a"/><use& ~href="b.svg#a"/></svg>
svg animation            <svg><image><set& attributeName="href" ~to="//t.test/"/><animate& ~values="/a;//t.test/"/></image></svg>
svg plain link           <svg><a href="//t.test/"><text>x</text></a><a xlink:href="//t.test/"/></svg>
svg icon, style          <svg viewBox="0 0 1 1"><g& style="fill:url(^//t.test/#a)"><path d="M0 0"/></g></svg>
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
    (rb"%(?=/[a-z])", rb"\\"),
    (rb"@(?!t\.|import|\\69|IMPORT|font-face|media|property|function)", INSERT),
    (rb"\^(?=[/HhDda])", b"about:invalid#ck:marketing%20t:"),
    (rb"\{M\}", b' method="dialog" data-ck="marketing t"'),
    (rb"\{F\}", b' formmethod="dialog" data-ck="marketing t"'),
    (rb"\{U\}", b' data-ck="unknown"'),
    (rb"\{D\}", b"&#32;data-ck&#61;&#34;marketing&#32;t&#34;"),
    (rb"\{S\}", b"&#32;type&#61;&#34;text/plain&#34;&#32;data-ck&#61;&#34;marketing&#32;t&#34;"),
)
_BYTE = re.compile(rb"\\x([0-9a-f]{2})")
_OVER_LINES = {
    b"<script!": b'\r\n\tsrc="//t.te\n\tst/a"\r\n></script>',
    b'<style>a{b:url("^//t.te\\': b'\nst/a")}</style>',
    b'<style>a{b:"x': b"\n;c:url(^//t.test/)}</style>",
}


def written_out(short: bytes) -> bytes:
    """`!` marks a held script, `&` another held tag, `~` a renamed attribute, `^` a held address of a sheet, `@` the
    insertion, `%` an end tag made none; `{M}` and `{F}` a held form and button, `{D}` and `{S}` held tags and scripts in a srcdoc."""
    for mark, text in _MARKS:
        pattern = rb"(<(?:h:)?script)" + mark if text.startswith(b" type") else mark
        keep = rb"\1" if text.startswith(b" type") else b""
        short = re.sub(pattern, keep + text, short, flags=re.I)
    return _BYTE.sub(lambda m: bytes([int(m[1], 16)]), short)


def _cases() -> Iterator[Case]:
    for line in _TABLE.splitlines():
        if line and not line.startswith(b"#"):
            short = line[25:]
            for beginning, rest in _OVER_LINES.items():
                short = beginning + rest if short == beginning else short
            yield Case(line[:25].decode().strip(), written_out(short))


CASES = list(_cases())
