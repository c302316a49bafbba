// The border between a document and its page: what gets through, what does not, and that nothing breaks out.
#include "documents/sanitise.h"

#include "documents/html_writer.h"
#include "documents/safe_url.h"
#include "testing/growth.h"
#include "testing/harmless.h"

namespace tfhub::documents {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Sanitise, WhatMarkdownMakesStays) {
  for (const char* html :
       {"<h2>a</h2><p>b <em>c</em> <strong>d</strong> <del>e</del><br>f</p><hr>",
        "<ul><li>a</li><li>b<ol start=\"3\"><li>c</li></ol></li></ul>",
        "<pre><code class=\"language-c++\">a &lt; b &amp;&amp; c</code></pre>",
        "<blockquote><p>a</p></blockquote>",
        "<table><thead><tr><th align=\"right\">a</th></tr></thead><tbody><tr><td colspan=\"2\" "
        "rowspan=\"3\">b</td>"
        "</tr></tbody></table>",
        "<details open><summary>a</summary><div align=\"center\">b</div></details>",
        "<dl><dt>a</dt><dd>b</dd></dl><kbd>c</kbd><sub>1</sub><sup>2</sup><b><i><u>d</u></i></b>",
        "<a href=\"/x?a=1&amp;b=2#c\" title=\"t\">u</a>", "<p>caf\xC3\xA9 &copy; &#8593; &nbsp;</p>"})
    EXPECT_EQ(sanitise(html), html);
}

TEST(Sanitise, LinksAndImages) {
  EXPECT_EQ(sanitise("<a HREF='https://x.example/?a=\"&b'>t</a>"),
            "<a href=\"https://x.example/?a=&quot;&amp;b\" rel=\"nofollow noopener\">t</a>");
  EXPECT_EQ(sanitise("<a href=//x.example>t</a>"), "<a href=\"//x.example\" rel=\"nofollow noopener\">t</a>");
  EXPECT_EQ(sanitise("<a href=mailto:a@b.example>t</a>"), "<a href=\"mailto:a@b.example\">t</a>");
  EXPECT_EQ(sanitise("<a name=x>t</a>"), "t");
  EXPECT_EQ(
      sanitise("<img src=https://x.example/i.png alt='a<b' width=50% height=20px style=x border=1>"),
      "<img src=\"https://x.example/i.png\" alt=\"a&lt;b\" width=\"50%\" height=\"20\" loading=\"lazy\" "
      "referrerpolicy=\"no-referrer\">");
  EXPECT_EQ(sanitise("<img src='data:image/png;base64,AA' alt='a <b>'>"), "a &lt;b&gt;");
  EXPECT_EQ(sanitise("<img src=mailto:a@b alt=x>"), "x");
  EXPECT_EQ(sanitise("<img src=images/figure.png alt='beside the document'>"), "beside the document");
  EXPECT_NE(sanitise("<img src='/acme/a/1/figure.png?tf-hub-format=file' alt=x>"), "x");
}

TEST(Sanitise, ALinkWithoutWordsGoes) {
  EXPECT_EQ(sanitise("([<a href=mailto:a@b.example><a href=mailto:a@b.example>a@b.example</a></a>)"),
            "([<a href=\"mailto:a@b.example\">a@b.example</a>)");
  EXPECT_EQ(sanitise("<a href=https://x.example></a>t"), "t");
  EXPECT_EQ(sanitise("<a href=https://x.example><img src=https://x.example/i.png alt=i></a>").substr(0, 3),
            "<a ");
}

TEST(Sanitise, WhatIsNotListedGoesAndItsTextStays) {
  EXPECT_EQ(sanitise("<font color=red>a</font><video controls>b</video><form><button>c</button></form>"),
            "abc");
  EXPECT_EQ(sanitise("<center>a</center><strike>b</strike><tt>c</tt>"),
            "<div align=\"center\">a</div><del>b</del><code>c</code>");
  EXPECT_EQ(sanitise("<p style='color:red' class=x id=y onclick=z()>a</p>"), "<p>a</p>");
  EXPECT_EQ(sanitise("<code class='evil'>a</code><code class='formula'>b</code>"),
            "<code>a</code><code class=\"formula\">b</code>");
  EXPECT_EQ(sanitise("a<textarea><b>b</textarea>c<title>d</title>"), "a<b>bcd</b>");
}

TEST(Sanitise, ScriptsAndForeignContentGoWithAllTheyHold) {
  for (const char* name : {"script", "style", "iframe", "object", "noscript", "template", "svg", "math"}) {
    const std::string tag = name;
    EXPECT_EQ(sanitise("a<" + tag + " x=y>hidden<b>!</b></" + tag + " >b"), "ab") << name;
    EXPECT_EQ(sanitise("a<" + tag + ">never closed <b>b</b>"), "a") << name;
  }
  EXPECT_EQ(sanitise("a<svg>x<svg>y</svg>z</svg>b<svg/>c"), "abc");
  EXPECT_EQ(sanitise("a<script>'</b>' </scriptx> </SCRIPT>b"), "ab");
}

TEST(Sanitise, CommentsAndDeclarationsGo) {
  EXPECT_EQ(
      sanitise(
          "a<!-- <b> -->b<!-->c<!--->d<!-- x --!>e<!doctype html>f<?php x ?>g<![CDATA[ x ]]>h</ x>i</>j"),
      "abcdef"
      "gh"
      "ij");
  EXPECT_EQ(sanitise("a<!-- never closed <b>"), "a");
  EXPECT_EQ(sanitise("a < b <3 <"), "a &lt; b &lt;3 &lt;");
  EXPECT_EQ(sanitise("a<b"), "a");
  EXPECT_EQ(sanitise("a</"), "a");
}

TEST(Sanitise, OutputIsBalanced) {
  EXPECT_EQ(sanitise("</div></p>a<div><b>c"), "a<div><b>c</b></div>");
  EXPECT_EQ(sanitise("<p><b>a</p>b</b>"), "<p><b>a</b></p>b");
  EXPECT_EQ(sanitise("<b><div>a</b>b</div>"), "<b><div>ab</div></b>");
  EXPECT_EQ(sanitise("<div><table><tr><td>a</div>b"), "<div><table><tr><td>ab</td></tr></table></div>");
}

// Browsers end these elements by themselves; an end tag left over would end one of the page's.
TEST(Sanitise, NothingIsLeftForABrowserToEnd) {
  EXPECT_EQ(sanitise("<ul><li><div>a<li>b</div>c</ul>"), "<ul><li><div>a</div></li><li>bc</li></ul>");
  EXPECT_EQ(sanitise("<dl><dd><div>a<dt>b</div></dl>"), "<dl><dd><div>a</div></dd><dt>b</dt></dl>");
  EXPECT_EQ(sanitise("<p>a<div>b</p></div>"), "<p>a</p><div>b</div>");
  EXPECT_EQ(sanitise("<p><b>a<h2>b</h3>c"), "<p><b>a</b></p><h2>b</h2>c");
  EXPECT_EQ(sanitise("<h2>a<h3>b</h3></h2>"), "<h2>a</h2><h3>b</h3>");
  EXPECT_EQ(sanitise("<a href=/x>a<a href=/y>b</a>c</a>"), "<a href=\"/x\">a</a><a href=\"/y\">b</a>c");
  EXPECT_EQ(sanitise("<li><ul></li><li>a</li></ul>"), "<li><ul><li>a</li></ul></li>");
}

TEST(Sanitise, TablesHoldRowsAndCellsOnly) {
  EXPECT_EQ(sanitise("<tr><td>a</td></tr>"), "a");
  EXPECT_EQ(sanitise("<table>a<tr>b<td>c<div>d<td>e</table>f"),
            "<table><tr><td>a</td></tr><tr><td>b</td><td>c<div>d</div></td><td>e</td></tr></table>f");
  EXPECT_EQ(sanitise("<table>\n<td>a</table>"), "<table>\n<tr><td>a</td></tr></table>");
  EXPECT_EQ(sanitise("<table><caption>a</caption><thead><tr><th>b<tbody><tr><td>c</table>"),
            "<table><tr><td>a</td></tr><thead><tr><th>b</th></tr></thead><tbody><tr><td>c</td></tr></tbody></"
            "table>");
  EXPECT_EQ(sanitise("<table><tr><td><table><tr><td>a</td></table>b</td></tr></table>"),
            "<table><tr><td><table><tr><td>a</td></tr></table>b</td></tr></table>");
}

TEST(Sanitise, DepthIsBounded) {
  std::string deep;
  for (int i = 0; i < 1000; ++i) deep += "<div>";
  const std::string html = sanitise(deep + "a");
  size_t opened = 0;
  for (size_t at = 0; (at = html.find("<div>", at)) != std::string::npos; ++at) ++opened;
  EXPECT_LE(opened, HtmlWriter::kMaxDepth);
  EXPECT_GE(opened, HtmlWriter::kMaxDepth - 3);
  EXPECT_THAT(html, HasSubstr("a</div>"));
}

TEST(Sanitise, OutputIsUtf8) {
  EXPECT_EQ(sanitise(std::string_view("<p title='\xff'>a\xff\0b\xC3", 18)),
            "<p>a\xEF\xBF\xBD\xEF\xBF\xBD"
            "b\xEF\xBF\xBD</p>");
}

// From the collections that people test sanitisers with (OWASP, html5sec, DOMPurify's and Markdown's): none
// may leave a tag that is not listed, an event handler or a script URL.
constexpr const char* kVectors[] = {
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//x.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<script/x src=//x.example></script>",
    "<<script>alert(1);//<</script>",
    "<script\n>alert(1)</script\n>",
    "<img src=x onerror=alert(1)>",
    "<img src=x:x onerror=alert(1)//",
    "<img/src=x/onerror=alert(1)>",
    "<img \"\"\"><script>alert(1)</script>\">",
    "<img src='javascript:alert(1)'>",
    "<img src=`javascript:alert(1)`>",
    "<img src=jav&#x0A;ascript:alert(1)>",
    "<img src=\"jav\tascript:alert(1)\">",
    "<img src=\" &#14; javascript:alert(1);\">",
    "<img src=&#106;&#97;&#118;&#97;&#115;&#99;&#114;&#105;&#112;&#116;&#58;alert(1)>",
    "<img "
    "src=&#0000106&#0000097&#0000118&#0000097&#0000115&#0000099&#0000114&#0000105&#0000112&#0000116&#"
    "0000058alert(1)>",
    "<img src=&#x6A&#x61&#x76&#x61&#x73&#x63&#x72&#x69&#x70&#x74&#x3A&#x61lert(1)>",
    "<img dynsrc=\"javascript:alert(1)\" lowsrc=\"javascript:alert(1)\">",
    "<img srcset=\"x 1x, javascript:alert(1) 2x\">",
    "<a href=\"javascript:alert(1)\">x</a>",
    "<a href=\"JaVaScRiPt:alert(1)\">x</a>",
    "<a href=\" javascript:alert(1)\">x</a>",
    "<a href=\"java\nscript:alert(1)\">x</a>",
    "<a href=\"java&NewLine;script:alert(1)\">x</a>",
    "<a href=\"java&Tab;script&colon;alert(1)\">x</a>",
    "<a href=\"javascript&colon;alert(1)\">x</a>",
    "<a href=\"javascript&#58;alert(1)\">x</a>",
    "<a href=\"&#1;javascript:alert(1)\">x</a>",
    "<a href=\"\x01javascript:alert(1)\">x</a>",
    "<a href=\"java\x01script:alert(1)\">x</a>",
    "<a href=\"vbscript:msgbox(1)\">x</a>",
    "<a href=\"livescript:x\">x</a>",
    "<a href=\"data:text/html;base64,PHNjcmlwdD4=\">x</a>",
    "<a href=\"DATA:text/html,<script>alert(1)</script>\">x</a>",
    "<a href=\"view-source:javascript:alert(1)\">x</a>",
    "<a href=\"feed:javascript:alert(1)\">x</a>",
    "<a href=\"file:///etc/passwd\">x</a>",
    "<a href=\"blob:https://x.example/1\">x</a>",
    "<a xlink:href=\"javascript:alert(1)\">x</a>",
    "<a href=x href=\"javascript:alert(1)\">x</a>",
    "<a href=\"javascript:alert(1)\" href=x>x</a>",
    "<a\x0chref=\"javascript:alert(1)\">x</a>",
    "<a/href=\"javascript:alert(1)\">x</a>",
    "<a href=\"x\"onmouseover=\"alert(1)\">x</a>",
    "<a href='x' onmouseover=alert(1)>x</a>",
    "<a target=_blank style=\"position:fixed;inset:0\" href=\"https://x.example\">x</a>",
    "<body onload=alert(1)>",
    "<body background=\"javascript:alert(1)\">",
    "<svg onload=alert(1)>",
    "<svg/onload=alert(1)//",
    "<svg><script>alert&#40;1)</script></svg>",
    "<svg><a xlink:href=\"javascript:alert(1)\"><text>x</text></a></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math href=\"javascript:alert(1)\">x</math>",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
    "<math><annotation-xml encoding=\"text/html\"><script>alert(1)</script></annotation-xml></math>",
    "<form><math><mtext></form><form><mglyph><svg><mtext><textarea><path id=\"</textarea><img "
    "onerror=alert(1) src=1>\">",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<style><img src=\"</style><img src=x onerror=alert(1)//\">",
    "<style>@import 'https://x.example/x.css';</style>",
    "<title><a title=\"</title><img src=x onerror=alert(1)>\">",
    "<textarea><a title=\"</textarea><img src=x onerror=alert(1)>\">",
    "<xmp><p title=\"</xmp><img src=x onerror=alert(1)>\">",
    "<noembed><p title=\"</noembed><img src=x onerror=alert(1)>\">",
    "<template><script>alert(1)</script></template>",
    "<select><option><style></option></select><b><img src=x onerror=alert(1)></style></option>",
    "<iframe src=\"javascript:alert(1)\"></iframe>",
    "<iframe srcdoc=\"<script>alert(1)</script>\">",
    "<object data=\"javascript:alert(1)\"></object>",
    "<embed src=\"javascript:alert(1)\">",
    "<applet code=x></applet>",
    "<link rel=stylesheet href=\"javascript:alert(1)\">",
    "<meta http-equiv=refresh content=\"0;url=javascript:alert(1)\">",
    "<base href=\"javascript:alert(1)//\">",
    "<form action=\"javascript:alert(1)\"><input type=submit></form>",
    "<button formaction=\"javascript:alert(1)\">x</button>",
    "<input onfocus=alert(1) autofocus>",
    "<isindex action=javascript:alert(1)>",
    "<video><source onerror=\"alert(1)\"></video>",
    "<video poster=javascript:alert(1)//></video>",
    "<audio src=x onerror=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<marquee onstart=alert(1)>",
    "<table background=\"javascript:alert(1)\"><td background=\"javascript:alert(1)\">",
    "<div style=\"background:url(javascript:alert(1))\">x</div>",
    "<div style=\"width:expression(alert(1))\">x</div>",
    "<p id=location class=x name=cookie>x</p>",
    "<!--[if gte IE 4]><script>alert(1)</script><![endif]-->",
    "<!--><img src=x onerror=alert(1)>-->",
    "<!-- --!><img src=x onerror=alert(1)>-->",
    "<![CDATA[><img src=x onerror=alert(1)>]]>",
    "<?xml version=\"1.0\"?><?php <img src=x onerror=alert(1)>",
    "<!DOCTYPE x [<!ENTITY y \"<img src=x onerror=alert(1)>\">]>",
    "</p <img src=x onerror=alert(1)>",
    "<p/onclick=alert(1)>x</p>",
    "<p\x0bonclick=alert(1)>x</p>",
    "<p title=\"x\"\"onclick=alert(1)>x</p>",
    "<img src=\"x` `<script>alert(1)</script>\"` `>",
    "<a href=\"https://x.example\" title=\"><script>alert(1)</script>\">x</a>",
    "<img src=x title='\" onerror=alert(1) x=\"'>",
    "<code class=\"language-x&quot; onclick=alert(1)\">x</code>",
    "<plaintext><script>alert(1)</script>",
    "<frameset onload=alert(1)><frame src=javascript:alert(1)>",
    "<a href=\"\\\\x.example\\javascript:alert(1)\">x</a>",
    "<a href=\"https:javascript:alert(1)\">x</a>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
};

// What came out is scanned against the list that docs/store_format.md promises, written out in the oracle.
void expect_harmless(const std::string& html, const std::string& from) {
  EXPECT_EQ(tfhub::testing::offence(html), "") << from << "\n" << html;
}

TEST(Sanitise, KnownAttacksDoNothing) {
  for (const std::string vector : kVectors) {
    expect_harmless(sanitise(vector), vector);
    expect_harmless(sanitise("<div>" + vector + "</div>"), vector);
    expect_harmless(sanitise("<table><tr><td>" + vector), vector);
    expect_harmless(sanitise(vector + vector), vector);
    // What is harmless stays as it is.
    EXPECT_EQ(sanitise(sanitise(vector)), sanitise(vector)) << vector;
  }
  EXPECT_THAT(sanitise(kVectors[0]), Not(HasSubstr("alert")));
}

// Every element of the HTML standard and those that browsers still know. Between "listed" and "dropped" there
// is no third.
constexpr const char* kAllElements[] = {
    "a",        "abbr",     "acronym",  "address",    "applet",     "area",     "article",  "aside",
    "audio",    "b",        "base",     "basefont",   "bdi",        "bdo",      "bgsound",  "big",
    "blink",    "body",     "br",       "button",     "canvas",     "caption",  "cite",     "code",
    "col",      "colgroup", "data",     "datalist",   "dd",         "del",      "details",  "dfn",
    "dialog",   "dir",      "div",      "dl",         "dt",         "em",       "embed",    "fieldset",
    "figure",   "font",     "footer",   "form",       "frame",      "frameset", "h1",       "h2",
    "h3",       "h4",       "h5",       "h6",         "head",       "header",   "hgroup",   "hr",
    "html",     "i",        "iframe",   "image",      "img",        "input",    "ins",      "isindex",
    "kbd",      "keygen",   "label",    "legend",     "li",         "link",     "listing",  "main",
    "map",      "mark",     "marquee",  "math",       "menu",       "menuitem", "meta",     "meter",
    "multicol", "nav",      "nextid",   "nobr",       "noembed",    "noframes", "noscript", "object",
    "ol",       "optgroup", "option",   "output",     "p",          "param",    "picture",  "plaintext",
    "portal",   "pre",      "progress", "q",          "rb",         "rp",       "rt",       "rtc",
    "ruby",     "samp",     "script",   "search",     "section",    "select",   "slot",     "small",
    "source",   "spacer",   "span",     "strong",     "style",      "sub",      "summary",  "sup",
    "svg",      "table",    "tbody",    "td",         "template",   "textarea", "tfoot",    "th",
    "thead",    "time",     "title",    "tr",         "track",      "u",        "ul",       "var",
    "video",    "wbr",      "xmp",      "figcaption", "blockquote", "x-custom",
};

TEST(Sanitise, OnlyTheElementsOfTheListStay) {
  size_t stayed = 0;
  for (const std::string name : kAllElements) {
    const std::string html = sanitise("<table><tr><td><" + name + " href=/x src=/x>t</" + name + ">u");
    expect_harmless(html, name);
    const bool listed = tfhub::testing::allowed_element(name) != nullptr;
    // A second table, row or cell is found by its end tag, the others by their start tag.
    const bool found =
        html.find("<" + name + ">") != std::string::npos || html.find("<" + name + " ") != std::string::npos;
    EXPECT_EQ(found, listed || name == "table" || name == "tr" || name == "td") << name << "\n" << html;
    stayed += found;
  }
  EXPECT_EQ(stayed, tfhub::testing::allowed_elements().size());
}

TEST(Sanitise, OnlyTheAttributesOfTheListStay) {
  std::string all;
  for (const char* name :
       {"accesskey",       "action",     "archive",   "autofocus",  "background", "bgcolor",
        "border",          "charset",    "cite",      "class",      "codebase",   "content",
        "contenteditable", "data",       "data-copy", "dir",        "download",   "draggable",
        "dynsrc",          "for",        "form",      "formaction", "formmethod", "headers",
        "hidden",          "http-equiv", "id",        "inert",      "is",         "itemid",
        "itemprop",        "lang",       "longdesc",  "lowsrc",     "manifest",   "name",
        "nonce",           "onbegin",    "onclick",   "onerror",    "onfocus",    "onload",
        "onmouseover",     "ontoggle",   "part",      "ping",       "popover",    "popovertarget",
        "poster",          "profile",    "rel",       "sandbox",    "slot",       "srcdoc",
        "srcset",          "style",      "tabindex",  "target",     "type",       "usemap",
        "xlink:href",      "xml:base",   "xmlns"})
    all += std::string(" ") + name + "=\"javascript:alert(1)\"";
  for (const auto& element : tfhub::testing::allowed_elements()) {
    const std::string name(element.name);
    const std::string html =
        sanitise("<table><tr><td><" + name + " href=/x src=/x alt=y" + all + ">t</" + name + ">");
    expect_harmless(html, name);
    EXPECT_THAT(html, Not(HasSubstr("alert"))) << name;
    EXPECT_THAT(html, HasSubstr("<" + name)) << name;
  }
}

// A browser that meets one of these does more than to fetch a page. All but http, https and mailto are
// refused.
TEST(SafeUrl, OnlyTheSchemesOfTheList) {
  for (const std::string scheme :
       {"about",  "app",         "blob",     "cdata",   "chrome",     "cid",        "content", "data",
        "dav",    "filesystem",  "feed",     "file",    "ftp",        "geo",        "git",     "gopher",
        "intent", "irc",         "jar",      "jscript", "javascript", "ldap",       "magnet",  "mhtml",
        "mid",    "mocha",       "ms-its",   "news",    "nntp",       "livescript", "opaque",  "res",
        "rtsp",   "shell",       "sip",      "sms",     "ssh",        "steam",      "tel",     "telnet",
        "urn",    "view-source", "vbscript", "vbs",     "vnc",        "wss",        "ws",      "wyciwyg",
        "xmpp",   "httpx",       "xhttp",    "mailtox", "x"}) {
    std::string upper = scheme;
    for (char& c : upper)
      if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    for (const std::string& url :
         {scheme + ":x", upper + ":x", scheme + "://x.example/", " " + scheme + ":text/html,x",
          "\t" + scheme + ":", scheme.substr(0, 1) + "\n" + scheme.substr(1) + ":x", scheme + "\r:x",
          scheme + ":https://x.example/"})
      for (const UrlUse use : {UrlUse::kLink, UrlUse::kImage})
        EXPECT_EQ(safe_url(url, use).value_or("(refused)"), "(refused)") << url;
  }
  for (const char* url : {"http:x", "https://x.example/", "HTTPS://x.example/", "x", "/x", "//x", "?x", "#x"})
    for (const UrlUse use : {UrlUse::kLink, UrlUse::kImage})
      EXPECT_EQ(safe_url(url, use).value_or("(refused)"), url) << url;
  EXPECT_EQ(safe_url("mailto:a@b.example", UrlUse::kLink).value_or("(refused)"), "mailto:a@b.example");
}

TEST(SafeUrl, Schemes) {
  const auto link = [](std::string_view url) { return safe_url(url, UrlUse::kLink).value_or("(refused)"); };
  EXPECT_EQ(link("HTTPS://x.example/a b"), "HTTPS://x.example/a%20b");
  EXPECT_EQ(link("a/b:c"), "a/b:c");
  EXPECT_EQ(link("?a:b"), "?a:b");
  EXPECT_EQ(link("#a:b"), "#a:b");
  EXPECT_EQ(link("/\\x.example"), "/%5Cx.example");
  EXPECT_EQ(link("\x01 x\n"), "x");
  for (const char* refused : {"", "  ", "a:b", "1:b", ":b", "tel:1", "java\x02script:x",
                              "javascript:", "\tjava\tscript\n:x", "\xE2\x80\x8Bjavascript:x"})
    EXPECT_EQ(link(refused), "(refused)") << refused;
  EXPECT_FALSE(safe_url("mailto:a@b.example", UrlUse::kImage));
}

TEST(SafeUrl, BareUrls) {
  const auto url = [](std::string_view text) {
    const size_t at = find_bare_url(text, 0);
    return at == std::string_view::npos ? "" : std::string(text.substr(at, bare_url_length(text.substr(at))));
  };
  EXPECT_EQ(url("see https://x.example/a_b?c=d."), "https://x.example/a_b?c=d");
  EXPECT_EQ(url("(http://x.example/(a))"), "http://x.example/(a)");
  EXPECT_EQ(url("&lt;https://x.example&gt;"), "https://x.example");
  EXPECT_EQ(url("xhttps://x.example"), "");
  EXPECT_EQ(url("ftp://x.example https:// a://b"), "");
}

TEST(Sanitise, TimeIsLinear) {
  for (const char* piece :
       {"<b>", "<div>", "<li>", "<td>", "<table>", "</b>", "<", "<a b=\"", "<!-- ", "<svg>", "&#", "<script>",
        "<h1>", "<a href=x><b><div>", "<p><li><dd>", "<x a b c d e f g"}) {
    const auto sanitise_many = [&](size_t size) {
      std::string html;
      while (html.size() < size) html += piece;
      sanitise(html);
    };
    EXPECT_TRUE(tfhub::testing::grows_linearly(sanitise_many, 1 << 15)) << piece;
  }
}

}  // namespace
}  // namespace tfhub::documents
