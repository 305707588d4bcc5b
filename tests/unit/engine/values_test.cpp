#include "engine/check.hpp"
#include "engine/error.hpp"
#include "engine/failures.hpp"
#include "engine/secret.hpp"
#include "engine/step.hpp"
#include "engine/version.hpp"
#include "tests/support/scratch.hpp"

#include <cerrno>
#include <fmt/format.h>

using namespace locum;
using engine::Kind;
using engine::Version;

// A secret cannot be printed by mistake.
static_assert(!fmt::is_formattable<engine::Secret>::value);
template <class T>
concept Streamable = requires(std::ostream& out, const T& value) {
    out << value;
};
static_assert(Streamable<std::string> && !Streamable<engine::Secret>);
static_assert(!std::is_convertible_v<engine::Secret, std::string>);
static_assert(!std::is_convertible_v<std::string, engine::Secret>);

TEST_CASE("version: compared by number, not by text") {
    const char* const rising[] = {"0", "1", "1.0.1", "1.2", "1.10", "2.0", "2.0.0.1", "10"};
    for (std::size_t i = 1; i < std::size(rising); ++i)
        CHECK(Version::parse(rising[i - 1]) < Version::parse(rising[i]));
    CHECK(Version::parse("2") == Version::parse("2.0.0.0"));
    CHECK(Version::parse("2.0").text() == "2.0");
    CHECK(Version::parse("01.2") == Version::parse("1.2"));
}

TEST_CASE("version: what is none is refused, with the text") {
    for (const char* text : {"", "a", "1.", ".1", "1..2", "1.2.3.4.5", "1.2-rc1", " 1", "1 ", "-1",
                             "+1", "99999999999"}) {
        CAPTURE(text);
        const engine::Error error = testing::error_of([&] { Version::parse(text); });
        CHECK(error.kind() == Kind::usage);
        CHECK(testing::contains(error.what(), "'" + std::string(text) + "'"));
    }
}

TEST_CASE("error: one exit code for each kind") {
    const std::pair<Kind, int> table[] = {
        {Kind::failed, 1},
        {Kind::usage, 2},
        {Kind::needs_attention, 3},
        {Kind::refused, 4},
        {Kind::no_privilege, 5},
        {Kind::cancelled, 6},
        {Kind::busy, 7},
        {Kind::unfinished, 8},
        {Kind::downtime_needed, 9},
        {Kind::restart_needed, 10},
        {Kind::paused, 11},
        {Kind::conflicts_open, 12},
        {Kind::version_between, 13},
        {Kind::not_trusted, 14},
        {Kind::drift, 15},
    };
    std::set<std::string_view> names;
    for (const auto& [kind, code] : table) {
        CHECK(engine::exit_code(kind) == code);
        CHECK(engine::name(kind) != "unknown");
        names.insert(engine::name(kind));
    }
    CHECK(names.size() == std::size(table));
}

TEST_CASE("error: what, context from the inside out, and the remedy apart") {
    const auto inner = [] { throw engine::Error("no space", Kind::refused).remedy("free some"); };
    const engine::Error error = testing::error_of(
        [&] { engine::during("unpacking server", [&] { engine::during("staging 2.0", inner); }); });
    CHECK(std::string(error.what()) == "no space");
    CHECK(error.one_line() == "no space (while staging 2.0, while unpacking server)");
    CHECK(error.remedy() == "free some");
    CHECK(error.kind() == Kind::refused);
    CHECK(engine::Error("plain").one_line() == "plain");
    CHECK(engine::Error("plain").kind() == Kind::failed);
    CHECK(engine::during("adding", [] { return 3; }) == 3);
    CHECK(engine::errno_text(ENOENT) == "No such file or directory");
}

TEST_CASE("check: all run, all are reported, and one that cannot be evaluated is a finding") {
    int ran = 0;
    const std::vector<engine::Finding> findings = engine::run_checks({
        {"fine",
         [&] {
             ++ran;
             return std::vector<engine::Finding>{};
         }},
        {"two",
         [&] {
             ++ran;
             return std::vector<engine::Finding>{
                 {"disk", engine::Severity::error, "1 MB", "2 MB", "free some"},
                 {"clock", engine::Severity::warning, "3 s off", "", ""}};
         }},
        {"thrown",
         [&]() -> std::vector<engine::Finding> {
             ++ran;
             throw engine::Error("no such host").remedy("correct it");
         }},
        {"last",
         [&] {
             ++ran;
             return std::vector<engine::Finding>{};
         }},
    });
    CHECK(ran == 4);
    REQUIRE(findings.size() == 3);
    CHECK(to_line(findings[0]) == "disk: found 1 MB; expected 2 MB; free some");
    CHECK(to_line(findings[1]) == "clock: found 3 s off");
    CHECK(to_line(findings[2]) ==
          "thrown: found no such host; expected a check that can be evaluated; correct it");
    CHECK(findings[2].severity == engine::Severity::error);

    const engine::Error error = testing::error_of([&] { engine::require_no_errors(findings); });
    CHECK(error.kind() == Kind::refused);
    CHECK(std::string(error.what()) == "preflight refused, nothing was changed:\n  " +
                                           to_line(findings[0]) + "\n  " + to_line(findings[2]));
    CHECK(error.remedy() == "free some");
    CHECK_NOTHROW(engine::require_no_errors({findings[1]}));
    CHECK_NOTHROW(engine::require_no_errors({}));
}

TEST_CASE("secret: known to whoever asks for it, and compared by value") {
    const engine::Secret secret("pass");
    CHECK(secret.reveal() == "pass");
    CHECK((secret == engine::Secret("pass")));
    CHECK(!(secret == engine::Secret("other")));
    CHECK(engine::Secret().empty());
}

TEST_CASE("step: its group is the first part of its id") {
    CHECK(engine::group_of("node-2/drain") == "node-2");
    CHECK(engine::group_of("node-2.return/drain/x") == "node-2.return");
    CHECK(engine::group_of("alone") == "alone");
}

TEST_CASE("plan: one line a step, aligned, with the point of no return") {
    engine::Plan plan;
    const auto nothing = [](engine::Reporter&) { return std::string(); };
    plan.add({"a/b", "do one thing", nullptr, nullptr, nothing, nullptr, engine::NothingToUndo{}},
             engine::OnFailure::stop);
    plan.add({"longer/id", "do another", nullptr, nullptr, nothing, nullptr,
              engine::Irreversible{"it is gone"}},
             engine::OnFailure::stop);
    CHECK(engine::lines(plan) ==
          std::vector<std::string>{"a/b        do one thing",
                                   "longer/id  do another [point of no return: it is gone]"});
    CHECK(engine::lines(engine::Plan{}).empty());
}

TEST_CASE("what a program says is told without secrets") {
    const engine::Secrets secrets = {{"a.part", engine::Secret("Bearer")},
                                     {"datasource.password", engine::Secret()},
                                     {"secret.api-key", engine::Secret("Bearer 0123abcd")},
                                     {"secret.console-key", engine::Secret("+/=")}};
    CHECK(engine::redacted("key Bearer 0123abcd, again Bearer 0123abcd; Bearer +/=", secrets) ==
          "key {secret.api-key}, again {secret.api-key}; {a.part} {secret.console-key}");
    CHECK(engine::redacted("nothing", secrets) == "nothing");
    CHECK(engine::redacted("", secrets) == "");
}

TEST_CASE("failures: none is no error, one is as it was, several are one that says all") {
    engine::Failures failures;
    failures.of([] {});
    CHECK_NOTHROW(failures.raise());
    failures.of([] { throw engine::Error("a", Kind::busy).during("b").remedy("c"); });
    const engine::Error one = testing::error_of([&] { failures.raise(); });
    CHECK(one.one_line() == "a (while b)");
    CHECK(one.remedy() == "c");
    failures.add(engine::Error("d", Kind::usage));
    failures.add(engine::Error("d", Kind::usage).remedy("c"));
    failures.add(engine::Error("e").remedy("f"));
    const engine::Error all = testing::error_of([&] { failures.raise(); });
    CHECK(all.one_line() == "a (while b); d; e");
    CHECK(all.remedy() == "c; f");
    CHECK(all.kind() == Kind::busy);
}
