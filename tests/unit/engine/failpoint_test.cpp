#include "engine/failpoint.hpp"
#include "platform/process.hpp"
#include "tests/support/programs.hpp"
#include "tests/support/scratch.hpp"

using namespace locum;

namespace {

constexpr int sigkill = 9; // not every system has the name

// What `failpoint-passer NAMES` says with LOCUM_FAILPOINTS set to rules.
platform::Finished pass(const std::string& rules, const std::vector<std::string>& names) {
    platform::Command command;
    command.argv = {testing::built("failpoint-passer")};
    command.argv.insert(command.argv.end(), names.begin(), names.end());
    command.environment["LOCUM_FAILPOINTS"] = rules;
    platform::Finished finished = platform::run(command);
    std::erase(finished.output, '\r'); // of line ends, where the system has it
    return finished;
}

} // namespace

TEST_CASE("failpoint: this build has them, and names their families") {
    CHECK(engine::failpoints_compiled_in());
    for (const engine::FailpointFamily& family : engine::failpoint_families()) {
        CHECK(!family.pattern.empty());
        CHECK(!family.where.empty());
    }
}

TEST_CASE("failpoint: without rules everything passes") {
    CHECK(pass("", {"a", "step/x/done/after"}).output == "a passed\nstep/x/done/after passed\n");
}

TEST_CASE("failpoint: error, skip and delay, by name and by beginning") {
    const platform::Finished finished =
        pass("a=error,b*=skip,c/d=delay:150", {"a", "bcd", "c/d", "c/e"});
    CHECK(finished.ok());
    CHECK(finished.output == "a failed: failpoint a: error on purpose\n"
                             "bcd skip\n"
                             "c/d passed late\n"
                             "c/e passed\n");
}

TEST_CASE("failpoint: kill ends the process as SIGKILL does") {
    const platform::Finished finished = pass("b=kill", {"a", "b", "c"});
    CHECK(finished.signal == sigkill);
    CHECK(finished.output == "a passed\n");
}

TEST_CASE("failpoint: at the Nth passage only") {
    CHECK(pass("a=skip@2", {"a", "b", "a", "a"}).output ==
          "a passed\nb passed\na skip\na passed\n");
    CHECK(pass("*=skip@3", {"a", "b", "c", "d"}).output ==
          "a passed\nb passed\nc skip\nd passed\n");
    const platform::Finished killed = pass("a=kill@2", {"a", "a"});
    CHECK(killed.output == "a passed\n");
    CHECK(killed.signal == sigkill);
}

TEST_CASE("failpoint: the name may hold an equals sign, the action not") {
    CHECK(pass("a=b=skip", {"a=b", "a"}).output == "a=b skip\na passed\n");
}

TEST_CASE("failpoint: a rule that can never fire is an error, not a test that passes") {
    struct {
        const char* rules;
        const char* says;
    } const bad[] = {
        {"nonsense", "LOCUM_FAILPOINTS: 'nonsense' is not name=action"},
        {"=kill", "LOCUM_FAILPOINTS: '=kill' is not name=action"},
        {"a=explode", "LOCUM_FAILPOINTS: 'a=explode'"},
        {"a=kill@", "LOCUM_FAILPOINTS: 'a=kill@'"},
        {"a=kill@0", "LOCUM_FAILPOINTS: 'a=kill@0'"},
        {"a=kill@2x", "LOCUM_FAILPOINTS: 'a=kill@2x'"},
        {"a=delay:", "LOCUM_FAILPOINTS: 'a=delay:'"},
        {"a=delay:1s", "LOCUM_FAILPOINTS: 'a=delay:1s'"},
        {"b=skip,a=delay", "LOCUM_FAILPOINTS: 'a=delay'"},
    };
    for (const auto& one : bad) {
        CAPTURE(one.rules);
        const platform::Finished finished = pass(one.rules, {"a"});
        CHECK(testing::contains(finished.output, one.says));
        CHECK(testing::contains(finished.output, "a usage: "));
    }
}
