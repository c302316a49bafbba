#include "documents/cmark.h"

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm-extension_api.h>

#include <mutex>

#include "documents/bounds.h"
#include "documents/formula.h"
#include "documents/utf8.h"

namespace tfhub::documents {
namespace {

constexpr size_t kMemory = 192 << 20;
// Raw HTML is let through; what becomes of it is sanitise()'s business.
constexpr int kOptions = CMARK_OPT_UNSAFE | CMARK_OPT_VALIDATE_UTF8;

// cmark-gfm keeps the characters that its extensions react to in one global table, changed at the begin and
// the end of each run: only one thread may parse at a time.
std::mutex& parsing() {
  static std::mutex mutex;
  return mutex;
}

// The autolink extension is left out: it takes 3 s a megabyte on "a@a" and has read beyond its buffer
// (CVE-2023-22485); sanitise() finds bare URLs.
struct Extensions {
  cmark_syntax_extension *table, *strikethrough, *formula;
};
const Extensions& extensions() {
  static const Extensions all = [] {
    cmark_gfm_core_extensions_ensure_registered();
    return Extensions{cmark_find_syntax_extension("table"), cmark_find_syntax_extension("strikethrough"),
                      formula_extension()};
  }();
  return all;
}

struct Parsing {
  const char* text;
  size_t size;
  cmark_node* root = nullptr;
  cmark_llist* extensions = nullptr;
};

void parse_with_cmark(void* state) {
  auto* parsing = static_cast<Parsing*>(state);
  const Extensions& with = extensions();
  cmark_parser* parser = cmark_parser_new_with_mem(kOptions, Arena::memory());
  for (cmark_syntax_extension* each : {with.table, with.strikethrough, with.formula})
    cmark_parser_attach_syntax_extension(parser, each);
  cmark_parser_feed(parser, parsing->text, parsing->size);
  cmark_node* root = cmark_parser_finish(parser);
  cmark_consolidate_text_nodes(root);
  parsing->extensions = cmark_parser_get_syntax_extensions(parser);
  parsing->root = root;
}

struct Rendering {
  cmark_node* root;
  cmark_llist* extensions;
  char* html = nullptr;
};

void render_with_cmark(void* state) {
  auto* rendering = static_cast<Rendering*>(state);
  rendering->html =
      cmark_render_html_with_mem(rendering->root, kOptions, rendering->extensions, Arena::memory());
}

}  // namespace

Markdown::Markdown(std::string_view text) : arena_(kMemory) {
  std::string_view parsed = text;
  if (text.size() > kMaxParsed) {
    parsed = utf8_prefix(text, kMaxParsed);
    if (const size_t line = parsed.rfind('\n'); line != std::string_view::npos)
      parsed = parsed.substr(0, line + 1);
  }
  text_ = with_bounds(parsed);
  extensions();  // made outside the arena: they stay
  Parsing state{text_.data(), text_.size()};
  const std::lock_guard lock(parsing());
  const bool done = arena_.run(parse_with_cmark, &state);
  rest_ = done ? text.substr(parsed.size()) : text;
  root_ = done ? state.root : nullptr;
  extensions_ = state.extensions;
}

std::optional<std::string> Markdown::html() {
  Rendering state{root_, extensions_};
  if (root_ == nullptr || !arena_.run(render_with_cmark, &state)) return std::nullopt;
  return std::string(state.html);
}

void Markdown::visit(const std::function<void(cmark_node*)>& visitor) {
  if (root_ == nullptr) return;
  cmark_iter* iterator = cmark_iter_new(root_);
  for (cmark_event_type event; (event = cmark_iter_next(iterator)) != CMARK_EVENT_DONE;)
    if (event == CMARK_EVENT_ENTER) visitor(cmark_iter_get_node(iterator));
  cmark_iter_free(iterator);
}

std::string_view literal(cmark_node* node) {
  const cmark_node_type type = cmark_node_get_type(node);
  const char* text = type == CMARK_NODE_LINK || type == CMARK_NODE_IMAGE ? cmark_node_get_url(node)
                                                                         : cmark_node_get_literal(node);
  return text == nullptr ? std::string_view() : std::string_view(text);
}

}  // namespace tfhub::documents
