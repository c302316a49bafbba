#include "transfer/response.h"

#include <fmt/core.h>

#include <array>
#include <nlohmann/json.hpp>

#include "base/secrets.h"
#include "base/text.h"
#include "protocol/http.h"
#include "protocol/url.h"
#include "transfer/proxy.h"

namespace tfhub::transfer {
namespace {

std::string_view reason(int status) {
  switch (status) {
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 407:
      return "Proxy Authentication Required";
    case 408:
      return "Request Timeout";
    case 410:
      return "Gone";
    case 414:
      return "URI Too Long";
    case 416:
      return "Range Not Satisfiable";
    case 429:
      return "Too Many Requests";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    default:
      return "";
  }
}

std::string one_line(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, 2000)) {
    const bool blank = c == ' ' || c == '\t' || c == '\r' || c == '\n';
    if (!blank)
      out += c;
    else if (!out.empty() && out.back() != ' ')
      out += ' ';
  }
  return printable(trim(out));
}

// What stands between the first <tag …> and its end.
std::string_view element(std::string_view body, const std::string& lower_body, const std::string& tag) {
  const size_t open = lower_body.find("<" + tag);
  if (open == std::string::npos) return {};
  const size_t begin = lower_body.find('>', open);
  if (begin == std::string::npos) return {};
  const size_t end = lower_body.find("</" + tag, begin);
  if (end == std::string::npos) return {};
  return trim(body.substr(begin + 1, end - begin - 1));
}

std::string words_of_json(std::string_view body) {
  const auto json = nlohmann::json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return {};
  const auto text = [](const nlohmann::json& object, const char* key) -> std::string {
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  for (const char* key : {"detail", "message", "error_description", "title", "error"})
    if (std::string words = text(json, key); !words.empty()) return words;
  if (const auto error = json.find("error"); error != json.end() && error->is_object())
    return text(*error, "message");
  return {};
}

}  // namespace

bool is_temporary(int status) {
  return status == 408 || status == 429 || status == 500 || status == 502 || status == 503 || status == 504;
}

std::string words_of(std::string_view body, std::string_view content_type) {
  const std::string type = lower_ascii(content_type);
  const std::string_view start = trim(body);
  if (start.empty()) return {};
  if (start.front() == '{') {
    if (const std::string words = words_of_json(body); !words.empty()) return one_line(words);
  }
  if (start.front() == '<') {
    const std::string lower = lower_ascii(body);
    for (const char* tag : {"title", "h1", "message"})
      if (const std::string_view words = element(body, lower, tag); !words.empty()) return one_line(words);
    return {};
  }
  const bool text = type.empty() || type.starts_with("text/") || type.find("json") != std::string::npos;
  return text ? one_line(body) : std::string();
}

Failure status_failure(const SmallResponse& response, const std::string& url) {
  const int status = response.head.status;
  const std::string shown = printable(redacted(url), 400);
  std::string answer = std::to_string(status);
  if (const std::string_view phrase = reason(status); !phrase.empty()) answer += fmt::format(" {}", phrase);
  const std::string words = words_of(response.body, response.head.header("content-type"));
  if (!words.empty() && words.find(reason(status)) == std::string::npos)
    answer += ": " + words;
  else if (!words.empty() && words.size() > reason(status).size() + 16)
    answer = fmt::format("{}: {}", status, words);
  if (response.head.url != url && !response.head.url.empty())
    answer += fmt::format(", from {}", server_of(response.head.url));
  // Over http the answer may be the proxy's own.
  const std::string proxy =
      protocol::Url::parse(url).value_or(protocol::Url()).scheme == "http" ? proxy_for(url) : "";
  if (!proxy.empty()) answer += fmt::format(", by the proxy {}", redacted(proxy));

  Failure failure;
  failure.detail = fmt::format("HTTP status {}", status);
  failure.retry = is_temporary(status) ? Failure::Retry::kYes : Failure::Retry::kNever;
  if (failure.retry == Failure::Retry::kYes)
    failure.retry_after =
        protocol::parse_retry_after(response.head.header("retry-after"), std::chrono::system_clock::now());
  if (status == 404 || status == 410) {
    failure.code = Code::kNotFound;
    failure.cause = fmt::format("there is nothing at {} ({})", shown, answer);
    failure.way_out = "check the address";
  } else if (status == 401 || status == 403 || status == 407) {
    failure.code = Code::kNotAllowed;
    failure.cause = fmt::format("access to {} is refused ({})", shown, answer);
    failure.way_out = status == 407 ? "put your name and password into http_proxy" : "check your credentials";
  } else if (status == 429) {
    failure.cause = fmt::format("the server asks to come more slowly for {} ({})", shown, answer);
    failure.way_out = failure.retry_after
                          ? fmt::format("try again in {}", human_duration(*failure.retry_after))
                          : "try again later";
  } else if (status >= 300 && status < 400) {
    failure.cause = fmt::format("{} is answered by a redirect that cannot be followed ({})", shown, answer);
    failure.way_out = "check the address";
  } else if (status >= 500) {
    failure.cause = fmt::format("the server fails for {} ({})", shown, answer);
    failure.way_out = "try again later, or tell its operator";
  } else {
    failure.cause = fmt::format("the server refuses {} ({})", shown, answer);
    failure.way_out = "check the address, or ask the server's operator";
  }
  return failure;
}

Error status_error(const SmallResponse& response, const std::string& url) {
  return status_failure(response, url).error(1);
}

}  // namespace tfhub::transfer
