#include "server/problem.h"

#include <fmt/format.h>

#include "base/log.h"
#include "protocol/http.h"
#include "server/html.h"
#include "server/json_text.h"
#include "server/pages.h"

namespace tfhub::server {

void answer_problem(const Request& request, unsigned status, std::string_view detail, Reply& reply) {
  const Route route = reply.route;
  reply.reset();
  reply.route = route;
  reply.status = status;
  if (protocol::prefers_html(request.accept)) {
    set_page(reply, problem_page(status, reason_phrase(status), detail));
  } else {
    std::string& body = reply.body;
    body.append(R"({"type":"about:blank","title":)");
    append_json_string(reason_phrase(status), body);
    body.append(R"(,"status":)").append(fmt::format_int(status).str()).append(R"(,"detail":)");
    append_json_string(detail, body);
    body.append(R"(,"instance":)");
    append_json_string(request.target, body);
    body.append("}\n");
    reply.length = body.size();
    reply.fields.append("Content-Type: application/problem+json\r\n");
  }
  reply.fields.append("Cache-Control: no-store\r\nVary: Accept\r\n");
}

void answer_no_model(const Request& request, std::string_view path, Reply& reply) {
  answer_problem(request, 404,
                 fmt::format("There is no model or version {} here; / lists what there is.", path), reply);
}

void answer_unfinished_search(const Request& request, const Error& error, Reply& reply) {
  if (error.code() != Code::kNetwork) return answer_failure(request, error, reply);
  std::string sentence = error.message() + ".";
  if (sentence[0] >= 'a' && sentence[0] <= 'z') sentence[0] = static_cast<char>(sentence[0] - 'a' + 'A');
  answer_problem(request, 503, sentence, reply);
  reply.add("Retry-After", "2");
}

void answer_failure(const Request& request, const Error& error, Reply& reply) {
  warn("{} {}: {}", request.method_name, request.target, error.message());
  if (error.code() == Code::kNetwork) {
    answer_problem(request, 503, "The store behind this hub does not answer; try again in a moment.", reply);
    reply.add("Retry-After", "2");
  } else {
    answer_problem(request, 500, "The hub could not read its store; its log says why.", reply);
  }
}

void answer_wrong_method(const Request& request, Reply& reply) {
  answer_problem(request, 405, "This hub is read by GET and HEAD; publishing is done with `tfhub publish`.",
                 reply);
  reply.add("Allow", kAllowedMethods);
}

void answer_options(Reply& reply) {
  reply.reset();
  reply.status = 204;
  reply.add("Allow", kAllowedMethods);
  reply.add("Access-Control-Allow-Methods", kAllowedMethods);
  reply.add("Access-Control-Allow-Headers",
            "Accept, If-None-Match, If-Range, Range, Authorization, Content-Type");
  reply.add("Access-Control-Max-Age", "86400");
}

}  // namespace tfhub::server
