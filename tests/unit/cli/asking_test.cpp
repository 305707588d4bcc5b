// Questions that stand alone, put by a face that answers from a list.

#include "cli/asking.hpp"
#include "cli/wizard_installed.hpp"
#include "tests/support/small_suite.hpp"

#include <doctest/doctest.h>

using namespace locum;
using cli::Put;
using cli::Reply;
using cli::WayBack;
using interview::Value;

namespace {

// An answer without a value is the way back.
class ListFace : public cli::Face {
public:
    explicit ListFace(std::vector<Value> answers) : answers_(std::move(answers)) {}
    std::optional<Reply> ask(const Put& put) override {
        titles.push_back(cli::titled(put));
        faults.push_back(put.fault);
        ways.push_back(put.can_go_back);
        const Value answer = answers_.at(titles.size() - 1);
        return answer.empty() ? std::nullopt : std::optional<Reply>({answer, {}});
    }
    bool tell(const std::string&, const std::string&) override { return true; }

    std::vector<std::string> titles, faults;
    std::vector<bool> ways;

private:
    std::vector<Value> answers_;
};

} // namespace

TEST_CASE("asking: a question that stands alone has no number, and is put until its answer holds") {
    ListFace face(std::vector<Value>{Value{"no"}, Value{"yes"}});
    CHECK(cli::accepted(face, "install", "help", "plan", WayBack::none));
    CHECK(face.titles == std::vector<std::string>{"install", "install"});
    CHECK(face.faults == std::vector<std::string>{"", "found 'no'; expected yes"});
    CHECK(face.ways == std::vector<bool>{false, false});
}

TEST_CASE("asking: back, where there is a way") {
    ListFace face(std::vector<Value>{Value{}});
    CHECK(!cli::accepted(face, "install", "help", "plan", WayBack::there));
    CHECK(face.ways == std::vector<bool>{true});
    ListFace other(std::vector<Value>{Value{}});
    CHECK(!cli::looks_again(other));
}

TEST_CASE("asking: what was found is told with what to do") {
    CHECK(cli::text_of(std::vector<engine::Finding>{
              {"disk", engine::Severity::error, "1 MB", "2 MB", "free 1 MB", false},
              {"advice", engine::Severity::warning, "0", "1", "add it", false}}) ==
          "error: disk: found 1 MB; expected 2 MB; free 1 MB\n"
          "warning: advice: found 0; expected 1; add it\n");
    CHECK(cli::text_of(engine::Error("it is open", engine::Kind::busy).remedy("end it")) ==
          "error: it is open; end it\n");
}

TEST_CASE("asking: what a bundle is to the installed version, in both directions") {
    suite::Manifest manifest = testing::small_manifest();
    manifest.title = "Small";
    manifest.version = engine::Version::parse("1.2");
    CHECK(cli::relation_text(manifest, "1.1") ==
          "Small 1.1 is installed here, and this bundle is newer");
    CHECK(cli::relation_text(manifest, "1.10") ==
          "Small 1.10 is installed here, and this bundle is older, 1.2, with the same schema");
    CHECK(cli::relation_text(manifest, "1.2") ==
          "Small 1.2 is installed here, and this bundle is of that version");
}
