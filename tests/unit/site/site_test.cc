#include "site/site.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/log.h"
#include "catalog/document_import.h"
#include "catalog/publishing.h"

namespace tfhub::site {
namespace {

using catalog::publish;
using catalog::small_model;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

constexpr const char* kMul =
    "# Module acme/mul/1\n\nMultiplies numbers.\n\n<!-- asset-path: https://example.org/mul.tar.gz -->\n"
    "<!-- task: image-classification -->\n<!-- fine-tunable: false -->\n<!-- format: saved_model_2 -->\n"
    "<!-- language: en -->\n\n## Overview\n\nArithmetic for everyone.\n";
constexpr const char* kLite =
    "# Lite acme/mul/quantised/1\nThe same for phones.\n\n<!-- parent-model: acme/mul/1 -->\n"
    "<!-- asset-path: https://example.org/mul.tflite -->\n\n## Use\n\nOn a phone.\n";
constexpr const char* kTasks =
    "values:\n  - id: image-classification\n    display_name: Image classification\n    domains:\n      - "
    "image\n";

class SiteTest : public ::testing::Test {
 protected:
  void import(std::vector<documents::TreeFile> files) {
    const documents::Tree tree{std::move(files), {{"task", kTasks}}};
    const auto report = catalog::import_documents(*store_, tree);
    ASSERT_TRUE(report) << report.error().message();
    EXPECT_THAT(report->skipped, IsEmpty());
  }
  void refresh() {
    ASSERT_TRUE(catalog_.refresh());
    ASSERT_TRUE(site_.refresh());
    ASSERT_TRUE(site_.index());
  }
  ModelPage select(std::string_view query, size_t a_page = 10) {
    const auto parsed = ModelQuery::parse(query);
    EXPECT_TRUE(parsed) << parsed.error().message();
    auto page = site_.select(*parsed, a_page);
    EXPECT_TRUE(page) << page.error().message();
    return *page;
  }
  std::vector<std::string> paths(std::string_view query) {
    std::vector<std::string> result;
    for (const ModelPointer& model : select(query).models) result.push_back(model->path);
    return result;
  }

  std::shared_ptr<store::ObjectStore> store_ = catalog::fresh_directory_store();
  catalog::Catalog catalog_{store_};
  Site site_{store_, catalog_};
};

TEST_F(SiteTest, ShowsWhatIsPublishedAndWhatIsOnlyDocumented) {
  ASSERT_TRUE(publish(*store_, "acme/add/3", small_model("x")));
  import({{ "mul.md", kMul }});
  refresh();
  const auto overview = site_.overview();
  ASSERT_THAT(overview->models, SizeIs(2));
  const Model* add = overview->find("acme/add");
  ASSERT_NE(add, nullptr);
  EXPECT_THAT(add->published, ElementsAre(3));
  EXPECT_THAT(add->documented, IsEmpty());
  EXPECT_EQ(add->format, "saved_model_2");
  const Model* mul = overview->find("acme/mul");
  ASSERT_NE(mul, nullptr);
  EXPECT_THAT(mul->published, IsEmpty());
  EXPECT_THAT(mul->versions(), ElementsAre(1));
  EXPECT_EQ(mul->description, "Multiplies numbers.");
  EXPECT_THAT(mul->tags.at("task"), ElementsAre("image-classification"));
  EXPECT_THAT(mul->tags.at("license"), ElementsAre("apache-2.0"));
  EXPECT_THAT(overview->publishers.at("acme"), SizeIs(2));
  ASSERT_THAT(overview->recent, SizeIs(1));
}

TEST_F(SiteTest, AModelsVersionsAreThoseOfBoth) {
  ASSERT_TRUE(publish(*store_, "acme/mul/2", small_model("x")));
  import({{ "mul.md", kMul }});
  refresh();
  const Model* mul = site_.overview()->find("acme/mul");
  ASSERT_NE(mul, nullptr);
  EXPECT_THAT(mul->versions(), ElementsAre(1, 2));
  EXPECT_EQ(mul->latest(), 2u);
}

TEST_F(SiteTest, DeploymentsAreFoundFromTheirModel) {
  import({{"mul.md", kMul}, { "lite.md", kLite }});
  refresh();
  const auto overview = site_.overview();
  const auto found = overview->deployments.find("acme/mul");
  ASSERT_NE(found, overview->deployments.end());
  ASSERT_THAT(found->second, SizeIs(1));
  EXPECT_EQ(found->second[0]->path, "acme/lite-model/mul/quantised");
  EXPECT_EQ(found->second[0]->format, "tflite");
}

TEST_F(SiteTest, SearchesNamesTagsAndDocuments) {
  ASSERT_TRUE(publish(*store_, "acme/add/3", small_model("x")));
  import({{"mul.md", kMul}, { "lite.md", kLite }});
  refresh();
  EXPECT_THAT(paths("q=arithmetic"), ElementsAre("acme/mul"));
  EXPECT_THAT(paths("q=arithmetik"), ElementsAre("acme/mul"));
  EXPECT_THAT(paths("q=add"), ElementsAre("acme/add"));
  EXPECT_THAT(paths("q=classification"), ElementsAre("acme/mul"));
  EXPECT_THAT(paths("task=image-classification"), ElementsAre("acme/mul"));
  EXPECT_THAT(paths("format=tflite"), ElementsAre("acme/lite-model/mul/quantised"));
  EXPECT_THAT(paths("publisher=nobody"), IsEmpty());
  EXPECT_THAT(paths("q=acme&language=en"), ElementsAre("acme/mul"));
}

TEST_F(SiteTest, CountsWhatAFilterWouldLeave) {
  ASSERT_TRUE(publish(*store_, "acme/add/3", small_model("x")));
  import({{"mul.md", kMul}, { "lite.md", kLite }});
  refresh();
  const ModelPage page = select("", 1);
  EXPECT_EQ(page.total, 3u);
  EXPECT_EQ(page.pages, 3u);
  for (const Facet& facet : page.facets) {
    if (facet.key == "format") {
      EXPECT_THAT(facet.values, ElementsAre(Pair("saved_model_2", 2), Pair("tflite", 1)));
    } else if (facet.key == "publisher") {
      EXPECT_THAT(facet.values, ElementsAre(Pair("acme", 3)));
    }
  }
}

TEST_F(SiteTest, FollowsTheStore) {
  import({{ "mul.md", kMul }});
  refresh();
  const ModelPointer before = site_.overview()->models.at("acme/mul");
  import({{"mul.md", kMul}, { "lite.md", kLite }});
  refresh();
  EXPECT_EQ(site_.overview()->models.at("acme/mul"), before);  // untouched
  EXPECT_THAT(paths("q=phones"), ElementsAre("acme/lite-model/mul/quantised"));

  std::string changed = kMul;
  changed.replace(changed.find("Arithmetic"), 10, "Algebra");
  import({{ "mul.md", changed }});
  refresh();
  EXPECT_THAT(paths("q=algebra"), ElementsAre("acme/mul"));
  EXPECT_THAT(paths("q=arithmetic"), IsEmpty());

  ASSERT_TRUE(store_->remove(".documents/acme/mul/1.md"));
  ASSERT_TRUE(site_.refresh());
  ASSERT_TRUE(site_.index());
  EXPECT_EQ(site_.overview()->find("acme/mul"), nullptr);
  EXPECT_THAT(paths("q=algebra"), IsEmpty());
}

TEST_F(SiteTest, BeforeTheIndexIsThereNamesAreSearched) {
  import({{ "mul.md", kMul }});
  ASSERT_TRUE(catalog_.refresh());
  ASSERT_TRUE(site_.refresh());
  EXPECT_THAT(paths("q=mul"), ElementsAre("acme/mul"));
}

TEST(ModelQuery, IsReadAndWritten) {
  const auto query = ModelQuery::parse("q=a+b%26c&task=x&architecture=y&page=3&format=coral");
  ASSERT_TRUE(query);
  EXPECT_EQ(query->words, "a b&c");
  EXPECT_THAT(query->tags, ElementsAre(Pair("task", "x"), Pair("network-architecture", "y")));
  EXPECT_EQ(query->page, 3u);
  EXPECT_EQ(query->text(1), "q=a%20b%26c&format=coral&task=x&architecture=y");
  EXPECT_EQ(query->text(2), "q=a%20b%26c&format=coral&task=x&architecture=y&page=2");
  for (const char* wrong : {"page=0", "page=x", "page=-1", "format=zip"})
    EXPECT_FALSE(ModelQuery::parse(wrong)) << wrong;
}

}  // namespace
}  // namespace tfhub::site
