#include "store/bucket/bucket_location.h"

#include <cstdlib>

#include "base/error.h"
#include "base/secrets.h"
#include "base/settings.h"
#include "base/text.h"

namespace tfhub::store {
namespace {

std::string environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

std::string first_of(std::initializer_list<const char*> names) {
  for (const char* const name : names)
    if (std::string value = environment(name); !value.empty()) return value;
  return {};
}

bool is_true(const std::string& value) {
  return lower_ascii(value) == "true" || value == "1";
}

std::string without_slash(std::string text) {
  while (text.ends_with('/')) text.pop_back();
  return text;
}

Result<void> add_google(BucketOptions& options) {
  options.emplace_back("endpoint", without_slash(get(settings::kGcsEndpoint)));
  TFHUB_ASSIGN(const bool anonymous, get_bool(settings::kGcsAnonymous));
  if (anonymous) {
    options.emplace_back("skip_signature", "true");
    options.emplace_back("disable_config_load", "true");
  }
  // A short-lived token that the user has already, as Terraform and gcloud take it; else OpenDAL looks where
  // Google's clients look.
  if (const auto token = first_of({"GOOGLE_OAUTH_ACCESS_TOKEN", "CLOUDSDK_AUTH_ACCESS_TOKEN"});
      !token.empty() && !anonymous)
    options.emplace_back("token", token);
  // As Google's own clients and TensorFlow take it.
  if (anonymous || is_true(environment("NO_GCE_CHECK"))) options.emplace_back("disable_vm_metadata", "true");
  return {};
}

void add_amazon(BucketOptions& options) {
  std::string endpoint = get(settings::kS3Endpoint);
  if (endpoint.empty()) endpoint = first_of({"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"});
  if (!endpoint.empty()) options.emplace_back("endpoint", without_slash(endpoint));
  // A profile may name it too; one of another region than the bucket's is told by the service.
  const std::string region = first_of({"AWS_REGION", "AWS_DEFAULT_REGION"});
  if (!region.empty() || !endpoint.empty())
    options.emplace_back("region", region.empty() ? "us-east-1" : region);
  if (is_true(environment("AWS_EC2_METADATA_DISABLED"))) options.emplace_back("disable_ec2_metadata", "true");
}

Result<void> add_azure(const BucketLocation& location, BucketOptions& options) {
  const std::string account = first_of({"AZURE_STORAGE_ACCOUNT_NAME", "AZURE_STORAGE_ACCOUNT"});
  std::string endpoint = first_of({"AZURE_STORAGE_ENDPOINT"});
  if (endpoint.empty() && account.empty())
    return fail(Code::kUsage, "{} needs the name of its account: set AZURE_STORAGE_ACCOUNT_NAME",
                location.url());
  if (endpoint.empty()) endpoint = "https://" + account + ".blob.core.windows.net";
  options.emplace_back("endpoint", without_slash(endpoint));
  if (!account.empty()) options.emplace_back("account_name", account);
  if (const auto key = first_of({"AZURE_STORAGE_ACCOUNT_KEY", "AZURE_STORAGE_KEY"}); !key.empty())
    options.emplace_back("account_key", key);
  if (const auto token = environment("AZURE_STORAGE_SAS_TOKEN"); !token.empty())
    options.emplace_back("sas_token", token);
  return {};
}

}  // namespace

std::string BucketLocation::url() const {
  return scheme + "://" + bucket + (prefix.empty() ? "" : "/" + prefix);
}

std::string BucketLocation::path_of(const std::string& key) const {
  return prefix.empty() ? key : prefix + "/" + key;
}

Result<BucketLocation> parse_bucket_location(const std::string& location) {
  const size_t end = location.find("://");
  if (end == std::string::npos)
    return fail(Code::kUsage, "{} is not the URL of a bucket", printable(location));
  BucketLocation parsed{.scheme = lower_ascii(location.substr(0, end)), .bucket = {}, .prefix = {}};
  const std::string rest = without_slash(location.substr(end + 3));
  const size_t slash = rest.find('/');
  parsed.bucket = rest.substr(0, slash);
  if (slash != std::string::npos) parsed.prefix = rest.substr(slash + 1);
  const bool odd =
      parsed.bucket.find_first_of("?#@:\\ ") != std::string::npos ||
      ("/" + parsed.prefix + "/").find("//") != (parsed.prefix.empty() ? 0 : std::string::npos) ||
      ("/" + parsed.prefix + "/").find("/../") != std::string::npos ||
      ("/" + parsed.prefix + "/").find("/./") != std::string::npos;
  if (parsed.bucket.empty() || odd)
    return fail(Code::kUsage, "{} names no bucket: write {}://BUCKET or {}://BUCKET/PREFIX",
                printable(redacted(location)), parsed.scheme, parsed.scheme);
  return parsed;
}

std::string_view bucket_service(const BucketLocation& location) {
  if (location.scheme == "gs") return "gcs";
  return location.scheme == "az" ? "azblob" : "s3";
}

Result<BucketOptions> bucket_options(const BucketLocation& location) {
  BucketOptions options = {{location.scheme == "az" ? "container" : "bucket", location.bucket},
                           {"root", "/" + location.prefix}};
  if (location.scheme == "gs") TFHUB_TRY(add_google(options));
  if (location.scheme == "s3") add_amazon(options);
  if (location.scheme == "az") TFHUB_TRY(add_azure(location, options));
  return options;
}

}  // namespace tfhub::store
