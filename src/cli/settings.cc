// tfhub help settings: the table of base/settings.h, with what is in force now.
#include "base/settings.h"

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/output.h"

namespace tfhub::cli {

Result<int> print_settings(bool json) {
  nlohmann::ordered_json values = nlohmann::ordered_json::array();
  std::vector<std::vector<std::string>> rows;
  for (const Setting* setting : settings::all()) {
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
