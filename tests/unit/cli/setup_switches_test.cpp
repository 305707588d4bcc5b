// What the switches of a Windows setup stand for.

#include "cli/setup_switches.hpp"
#include "tests/support/scratch.hpp"

using namespace locum;
using namespace locum::cli;
using testing::contains;
using testing::error_of;
using What = SetupCommand::What;
using Words = std::vector<std::string>;

namespace {

SetupCommand parsed(const Words& words) {
    return parse_setup_switches(words);
}

engine::Kind fault(const Words& words) {
    return error_of([&] { parse_setup_switches(words); }).kind();
}

} // namespace

TEST_CASE("without switches all stays as it was typed, and a person may be asked") {
    const Words words{"--root", "C:/x y", "--plan", "-q", "file"};
    const SetupCommand command = parsed(words);
    CHECK(command.arguments == words);
    CHECK(command.what == What::install);
    CHECK(command.asks);
    CHECK(!command.quiet);
    CHECK(parsed({}).arguments.empty());
}

TEST_CASE("/quiet and /passive ask nothing, and take answers") {
    const SetupCommand quiet = parsed({"/quiet", "/norestart", "--answers", "a.toml"});
    CHECK(quiet.quiet);
    CHECK(!quiet.asks);
    CHECK(quiet.arguments == Words{"--answers", "a.toml", "--quiet"});
    CHECK(parsed({"/Quiet", "--quiet", "--answers=a"}).arguments ==
          Words{"--quiet", "--answers=a"});
    const SetupCommand passive = parsed({"--answers=a.toml", "/PASSIVE"});
    CHECK(!passive.quiet);
    CHECK(!passive.asks);
    CHECK(passive.arguments == Words{"--answers=a.toml"});
    CHECK(fault({"/quiet"}) == engine::Kind::usage);
    CHECK(contains(error_of([] { parsed({"/passive"}); }).remedy(), "--answers FILE"));
    CHECK(parsed({"/quiet", "--rollback"}).quiet);
}

TEST_CASE("/log takes its file behind ':' or as the next word") {
    CHECK(parsed({"/log", "C:\\a b.log"}).arguments == Words{"--log", "C:\\a b.log"});
    CHECK(parsed({"/LOG:C:\\a.log"}).arguments == Words{"--log", "C:\\a.log"});
    CHECK(parsed({"/log", "/quiet"}).arguments == Words{"--log", "/quiet"});
    CHECK(fault({"/log"}) == engine::Kind::usage);
}

TEST_CASE("/uninstall and /repair are other commands, one at a time") {
    CHECK(parsed({"/uninstall", "/quiet"}).what == What::uninstall);
    CHECK(parsed({"/uninstall", "--purge"}).arguments == Words{"--purge"});
    CHECK(parsed({"/Repair"}).what == What::repair);
    CHECK(parsed({"/repair", "/repair"}).what == What::repair);
    CHECK(fault({"/repair", "/uninstall"}) == engine::Kind::usage);
}

TEST_CASE("/? is help, whatever else is there") {
    CHECK(parsed({"/?"}).what == What::help);
    CHECK(parsed({"/quiet", "/HELP"}).what == What::help);
    CHECK(parsed({"/?", "/nonsense"}).what == What::help);
    CHECK(contains(setup_switches_help("x-setup"), "x-setup [SWITCHES] [OPTIONS]\n"));
}

TEST_CASE("a path with '/' is an option's value, not a switch") {
    CHECK(parsed({"--root", "/quiet"}).arguments == Words{"--root", "/quiet"});
    CHECK(parsed({"--root=/quiet"}).arguments == Words{"--root=/quiet"});
    CHECK(!parsed({"--answers", "/passive"}).quiet);
    CHECK(parsed({"--plan", "/quiet", "--answers", "a"}).quiet); // --plan has no value
    CHECK(fault({"/opt/answers"}) == engine::Kind::usage);
    CHECK(fault({"/quiet:yes"}) == engine::Kind::usage);
    CHECK(fault({"/"}) == engine::Kind::usage);
}
