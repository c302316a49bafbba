// tfhub help settings: the table of base/settings.h, with what is in force now.
#include "base/settings.h"

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/output.h"
#include "client/origin.h"

namespace tfhub::cli {

Result<int> print_settings(bool json) {
  std::vector<const Setting*> all(settings::all().begin(), settings::all().end());
  all.push_back(&client::kGcsEndpoint);
  nlohmann::ordered_json values = nlohmann::ordered_json::array();
  std::vector<std::vector<std::string>> rows;
  for (const Setting* setting : all) {
    const std::string value = get(*setting);
    values.push_back({{"name", setting->environment}, {"value", value}, {"meaning", setting->meaning}});
    rows.push_back(
        {std::string(setting->environment), value.empty() ? "-" : value, std::string(setting->meaning)});
  }
  if (json) {
    print_json(values);
  } else {
    print(table({{"ENVIRONMENT"}, {"VALUE"}, {"MEANING"}}, rows));
  }
  return 0;
}

}  // namespace tfhub::cli
