// From Markdown to a page, to words, to links.
#include "documents/markdown.h"

#include "documents/bounds.h"
#include "documents/formula.h"
#include "documents/headings.h"
#include "documents/hub_link.h"
#include "testing/growth.h"

namespace tfhub::documents {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(Markdown, Html) {
  EXPECT_EQ(to_html("## Over *view*\nWords, `a<b>` and ~~old~~.\n"),
            "<h2 id=\"doc-over-view\">Over <em>view</em></h2>\n<p>Words, <code>a&lt;b&gt;</code> and "
            "<del>old</del>.</p>\n");
  EXPECT_EQ(to_html("|a|b|\n|-|-:|\n|1|2|\n"),
            "<table>\n<thead>\n<tr>\n<th>a</th>\n<th align=\"right\">b</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n"
            "<td>1</td>\n<td align=\"right\">2</td>\n</tr>\n</tbody>\n</table>\n");
  EXPECT_EQ(to_html("```python\nx = 1 < 2\n```\n"),
            "<pre><code class=\"language-python\">x = 1 &lt; 2\n</code></pre>\n");
  EXPECT_EQ(to_html(""), "");
}

TEST(Markdown, RawHtml) {
  EXPECT_EQ(to_html("a<br>b <sub>1</sub> </a> <!-- c --> <unk>\n"), "<p>a<br>b <sub>1</sub>   </p>\n");
  EXPECT_EQ(to_html("<div style=\"color:red\">\n<b>a</b>\n\n*b*\n</div>\n\n</div>\nc\n"),
            "<div>\n<b>a</b>\n<p><em>b</em></p>\n</div>\n\nc\n");
  EXPECT_THAT(to_html("a\n\n<script>\nalert(1)\n</script>\n\nb\n"), Not(HasSubstr("alert")));
  EXPECT_EQ(to_html("[a](javascript:alert(1)) ![b](data:x)"), "<p>a b</p>\n");
}

TEST(Markdown, HeadingsLeaveTheFirstLevelToThePage) {
  EXPECT_EQ(
      to_html("# a\n## b\n###### c\n<h1>d</h1>\n"),
      "<h2 id=\"doc-a\">a</h2>\n<h3 id=\"doc-b\">b</h3>\n<h6 id=\"doc-c\">c</h6>\n<h2 id=\"doc-d\">d</h2>\n");
  EXPECT_THAT(to_html("## a\n### b\n"), HasSubstr("<h3 id=\"doc-b\">"));
}

TEST(Markdown, HeadingsHaveIdsThatLinksFind) {
  EXPECT_EQ(slug(" More details & code_repository! "), "more-details--code_repository");
  EXPECT_EQ(slug("\xC3\x9C"
                 "ber"),
            "\xC3\x9C"
            "ber");
  EXPECT_EQ(
      to_html("[x](#A-B) <a href=\"#doc-a-b\">y</a>\n\n## A b\n## a b\n## a b 1\n## !\n"),
      "<p><a href=\"#doc-a-b\">x</a> <a href=\"#doc-a-b\">y</a></p>\n<h2 id=\"doc-a-b\">A b</h2>\n"
      "<h2 id=\"doc-a-b-1\">a b</h2>\n<h2 id=\"doc-a-b-1-1\">a b 1</h2>\n<h2 id=\"doc-section\">!</h2>\n");
  EXPECT_THAT(to_html("## a\" onclick=\"x\n"), HasSubstr("id=\"doc-a-onclickx\""));
}

TEST(Markdown, LinksLeadIntoThisHub) {
  const auto href = [](const std::string& target, const std::string& hub = "") {
    const std::string html = to_html("[x](" + target + ")", {.this_hub = hub});
    const size_t begin = html.find("href=\"") + 6;
    return html.substr(begin, html.find('"', begin) - begin);
  };
  EXPECT_EQ(href("https://tfhub.dev/acme/x/1"), "/acme/x/1");
  EXPECT_EQ(href("http://TFHUB.dev/acme/x/1?a=b&c#More"), "/acme/x/1?a=b&amp;c#doc-more");
  EXPECT_EQ(href("//tfhub.dev"), "/");
  EXPECT_EQ(href("https://tfhub.dev/s?q=a"), "/s?q=a");
  EXPECT_EQ(href("https://tfhub.dev/acme/collections/bert/1"), "/acme/collection/bert");
  EXPECT_EQ(href("https://tfhub.dev/acme/collection/experts/bit"), "/acme/collection/experts/bit");
  EXPECT_EQ(href("https://tfhub.dev.evil.example/x"), "https://tfhub.dev.evil.example/x");
  EXPECT_EQ(href("https://tfhub.dev@evil.example/x"), "https://tfhub.dev@evil.example/x");
  EXPECT_EQ(href("https://tfhub.dev//evil.example/x"), "/evil.example/x");
  EXPECT_EQ(href("https://tfhub.dev/%5C/evil.example"), "/%5C/evil.example");
  EXPECT_EQ(href("../2"), "../2");
  EXPECT_EQ(href("https://hub.example/b/acme/x/1", "https://hub.example/b/"), "/acme/x/1");
  EXPECT_EQ(href("https://hub.example.org/x", "https://hub.example"), "https://hub.example.org/x");
  EXPECT_EQ(to_html("See https://tfhub.dev/acme/x/1."),
            "<p>See <a href=\"/acme/x/1\">https://tfhub.dev/acme/x/1</a>.</p>\n");
  EXPECT_EQ(bare_path("//acme/x/1/?a#b"), "acme/x/1");
}

TEST(Markdown, BareUrlsAreLinksOutsideCodeAndLinks) {
  EXPECT_EQ(to_html("(https://x.example/a_b_c&d)"),
            "<p>(<a href=\"https://x.example/a_b_c&amp;d\" rel=\"nofollow "
            "noopener\">https://x.example/a_b_c&amp;d</a>)</p>\n");
  EXPECT_EQ(to_html("`https://x.example`"), "<p><code>https://x.example</code></p>\n");
  EXPECT_EQ(to_html("[https://x.example](/y)"), "<p><a href=\"/y\">https://x.example</a></p>\n");
}

TEST(Markdown, Formulas) {
  EXPECT_EQ(to_html("where $x_i^{*} < y_i^*$ and $n$."),
            "<p>where <code class=\"formula\">x_i^{*} &lt; y_i^*</code> and <code "
            "class=\"formula\">n</code>.</p>\n");
  EXPECT_EQ(to_html("$$\n\\sum_{i=0}^n i^2\n$$"),
            "<p><code class=\"formula\"> \\sum_{i=0}^n i^2 </code></p>\n");
  EXPECT_THAT(to_html("|$a_1$|\n|-|\n|b|\n"), HasSubstr("<th><code class=\"formula\">a_1</code></th>"));
  for (const char* none :
       {"It costs $5 and $6 more.", "between $5-$10", "US$5, US$6", "$HOME/bin:$PATH", "${A}/$B",
        "$ yarn add", "a $ b $ c", "\\$x\\$", "$$", "$$ $$", "$(pwd) and $(ls)", "costs $5, or $6"})
    EXPECT_THAT(to_html(none), Not(HasSubstr("formula"))) << none;
  EXPECT_EQ(to_html("`$x$`\n\n    $y$\n"), "<p><code>$x$</code></p>\n<pre><code>$y$\n</code></pre>\n");
  EXPECT_TRUE(is_formula("x + 1", '.'));
  EXPECT_TRUE(is_formula("[0, 1]", ' '));
  EXPECT_FALSE(is_formula("x + 1", 'y'));
}

TEST(Markdown, PlainText) {
  EXPECT_EQ(
      plain_text("## A *b*\n\n* c `d`\n* [e](https://x.example)\n\n```python\nf('https://x.example')\n```\n\n"
                 "<div><b>g</b>h</div> &lt;i&gt; https://x.example/y\n"),
      "A b c d e gh <i>");
  EXPECT_EQ(plain_text("|a|b|\n|-|-|\n|c|d<br>e|\n"), "a b c d e");
  EXPECT_EQ(plain_text("<script>no</script>\n<!-- no -->\n"), "");
}

TEST(Markdown, Links) {
  EXPECT_THAT(links("[a](https://x.example/?a&b) <https://y.example>\n\n![i](z.png) [b]\n\n[b]: /c\n\n"
                    "<a href='d'>d</a> https://e.example. `https://f.example`\n"),
              ElementsAre("https://x.example/?a&b", "https://y.example", "/c", "d", "https://e.example"));
  const auto lines = links_with_lines("# x\n\na\n[a](b)\n\n* c\n* [d](e)\n");
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0].line, 4);
  EXPECT_EQ(lines[1].line, 7);
}

TEST(Bounds, NestingAndTables) {
  EXPECT_EQ(with_bounds("> - 1. a\n\n        code\n* * * * * * * * * * * * * * * *\n"),
            "> - 1. a\n\n        code\n* * * * * * * * * * * * * * * *\n");
  EXPECT_EQ(with_bounds(std::string(13, '>')), std::string(12, '>') + "\\>");
  EXPECT_EQ(with_bounds(std::string(13, '>') + "a"), std::string(12, '>') + "\\>a");
  EXPECT_EQ(with_bounds(std::string(100, ' ') + "a"), std::string(64, ' ') + "a");
  EXPECT_EQ(with_bounds(std::string(501, '|')), std::string(500, '|') + "&#124;");
}

// A quarter of a megabyte each of what takes naive parsers minutes, or all memory.
TEST(Markdown, HostileTextTakesLittleTime) {
  const auto repeated = [](std::string_view piece) {
    std::string text;
    while (text.size() < (1 << 18)) text += piece;
    return text;
  };
  std::vector<std::string> texts;
  for (const char* piece :
       {"[",  "![", "[a](", "*a_ ", "a**b",    "`", "$a ",          "$$a",       "<",   "<!--", ">",
        "> ", "- ", "1. ",  "a@a",  "http://", "|", "[x]: y\n[x] ", "<div>\n\n", "~a~", "\n"})
    texts.push_back(repeated(piece));
  texts.push_back(repeated("- ").substr(0, 4000) + "a\n" + repeated("  \n"));
  texts.push_back("|" + repeated("a|").substr(0, 100000) + "\n|" + repeated("-|").substr(0, 100000) + "\n" +
                  repeated("|a\n"));
  texts.push_back("|-|\n" + repeated("|a") + "\n|-|\n" + repeated("|a").substr(0, 400000) + "\n");
  texts.push_back("[a]: " + std::string(20000, 'u') + "\n\n" + repeated("[a] "));
  for (const std::string& text : texts) {
    const double took =
        tfhub::testing::cpu_seconds([&] { EXPECT_LT(to_html(text).size(), text.size() * 20); });
    EXPECT_LT(took, 20) << text.substr(0, 20);  // of processor time, sanitizers and all
  }
}

TEST(Markdown, WhatIsTooLargeIsShownAsWritten) {
  std::string text = "## a\n\n";
  while (text.size() < (1 << 20)) text += "*words*\n\n";
  const std::string html = to_html(text + "<b>last</b>");
  EXPECT_THAT(html.substr(0, 100), HasSubstr("<em>words</em>"));
  EXPECT_TRUE(html.ends_with("&lt;b&gt;last&lt;/b&gt;</pre>\n"));
  const std::string table = "|a|b|c|d|e|f|\n|-|-|-|-|-|-|\n" + text;
  EXPECT_THAT(to_html(table), HasSubstr("words"));
}

}  // namespace
}  // namespace tfhub::documents
