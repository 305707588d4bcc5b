// The program as it is typed: what it prints where, and its exit codes.

#include "platform/process.hpp"
#include "platform/system_folders.hpp"
#include "tests/support/child.hpp"
#include "tests/support/pe_sample.hpp"
#include "tests/support/small_suite.hpp"

#include <nlohmann/json.hpp>

using namespace locum;
using namespace locum::testing;
using nlohmann::json;

namespace {

platform::Finished locum_says(std::vector<std::string> arguments) {
    platform::Command command;
    command.argv = {built("locum")};
    command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
    platform::Finished finished = platform::run(command);
    finished.output = plain_lines(finished.output); // as the system has them
    return finished;
}

// A vendor's folder with a bundle, and answers for a first node below a root of its own.
struct Host {
    Scratch folder;
    Vendor vendor{folder.path()};
    std::string bundle = vendor.build("1.0");
    std::string root = folder / "root";
    std::string answers = folder / "answers.toml";

    Host() { write_answers("components = [\"server\"]"); }
    void write_answers(const std::string& components) const {
        platform::write_file(answers,
                             fmt::format("format = 1\nsuite = \"small\"\ntrusted-key = \"{}\"\n"
                                         "licence-accepted = true\n{}\n[node]\nname = \"node-1\"\n"
                                         "address = \"127.0.0.1\"\n[token]\ncreate = \"token\"\n"
                                         "[datasource]\ntype = \"embedded\"\n",
                                         vendor.key().hex(), components),
                             0644);
    }
    platform::Finished install(std::vector<std::string> more) const {
        std::vector<std::string> all = {"install", bundle, "--answers", answers, "--root", root};
        all.insert(all.end(), more.begin(), more.end());
        return locum_says(all);
    }
};

} // namespace

TEST_CASE("locum: version and help are answers, whatever is not a command is a mistake") {
    CHECK(locum_says({"--version"}).output.starts_with("locum "));
    CHECK(locum_says({"--help"}).ok());
    for (const char* command : {"bundle", "install", "upgrade", "rehearse", "status", "node",
                                "agent", "token", "debug"}) {
        CAPTURE(std::string(command));
        CHECK(contains(locum_says({"--help"}).output, command));
        const platform::Finished help = locum_says({command, "--help"});
        CHECK(help.ok());
        CHECK(help.errors.empty());
    }
    for (const std::vector<std::string>& wrong :
         {std::vector<std::string>{},
          {"frobnicate"},
          {"install"},
          {"upgrade"},
          {"upgrade", "run"},
          {"status", "--nonsense"},
          {"upgrade", "run", "b", "--mode", "fast"},
          {"rehearse", "old"},
          {"rehearse", "old", "new", "--nodes", "0"},
          {"rehearse", "old", "new", "--datasource", "mysql"},
          {"rehearse", "old", "new", "--junit", "/missing/folder/x.xml"},
          {"bundle", "verify", "b"}}) {
        const platform::Finished finished = locum_says(wrong);
        CHECK(finished.exit_code == 2);
        CHECK(finished.output.empty());
        CHECK(!finished.errors.empty());
    }
}

TEST_CASE("locum bundle: made, looked at and verified, a foreign key, damage and nothing there") {
    const Host host;
    const std::string name = host.folder / "vendor";
    CHECK(locum_says({"bundle", "keygen", name}).ok());
    CHECK(platform::has_mode(permissions(name + ".key"), 0600));
    const std::string key = platform::read_file(name + ".key");
    const platform::Finished again = locum_says({"bundle", "keygen", name});
    CHECK(!again.ok());
    CHECK(platform::read_file(name + ".key") == key);

    const std::string made = host.folder / "made.bundle";
    const std::string source = host.folder / "source-1.0";
    CHECK(locum_says({"bundle", "build", source, "--key", name + ".key", "-o", made}).ok());
    const std::string bytes = platform::read_file(made);
    CHECK(
        locum_says({"bundle", "build", source + "/suite.toml", "--key", name + ".key", "-o", made})
            .ok());
    CHECK(platform::read_file(made) == bytes); // the same input, the same bytes

    CHECK(locum_says({"bundle", "verify", made, "--key", name + ".pub"}).ok());
    const platform::Finished foreign =
        locum_says({"bundle", "verify", made, "--key", host.vendor.key().hex()});
    CHECK(foreign.exit_code == 14);
    CHECK(foreign.errors.starts_with("locum: "));
    CHECK(contains(foreign.errors, "\n  try: "));
    CHECK(locum_says({"bundle", "verify", host.folder / "missing", "--key", name + ".pub"})
              .exit_code == 2);
    CHECK(locum_says({"bundle", "verify", made, "--key", host.folder / "missing.pub"}).exit_code ==
          2);
    platform::write_file(made, bytes.substr(0, bytes.size() / 2), 0644);
    CHECK(locum_says({"bundle", "verify", made, "--key", name + ".pub"}).exit_code == 14);

    const platform::Finished seen = locum_says({"bundle", "inspect", host.bundle, "--json"});
    CHECK(seen.ok());
    const json value = json::parse(seen.output);
    CHECK(value.at("suite") == "small");
    CHECK(value.at("version") == "1.0");
    CHECK(value.at("signature-matches") == true);
    CHECK(value.at("signers")[0] == host.vendor.key().fingerprint());
    CHECK(contains(locum_says({"bundle", "inspect", host.bundle}).output,
                   "topology many                 Many (server, tool, balancer)"));
}

TEST_CASE("locum bundle build: what Windows shows is refused where nobody would show it") {
    const Host host;
    const std::string name = host.folder / "vendor";
    CHECK(locum_says({"bundle", "keygen", name}).ok());
    const std::string made = host.folder / "made.bundle";
    const std::string windows = host.folder / "locum.exe";
    platform::write_file(windows, pe_program(), 0755);
    const std::string other = host.folder / "locum";
    platform::write_file(other, "#!/bin/sh\n", 0755);
    const auto built = [&](const std::string& program, const std::string& option,
                           const std::string& value) {
        return locum_says({"bundle", "build", host.folder / "source-1.0", "--key", name + ".key",
                           "-o", made, "--setup", host.folder / "setup", "--program", program,
                           option, value});
    };
    for (const char* option : {"--icon", "--publisher"}) {
        const platform::Finished refused = built(other, option, other);
        CHECK(refused.exit_code == 2);
        CHECK(contains(refused.errors, "no program for Windows"));
        CHECK(contains(refused.errors, "\n  try: "));
    }
    for (const std::string& publisher : {std::string("two\nlines"), std::string(201, 'x')})
        CHECK(built(windows, "--publisher", publisher).exit_code == 2);
    CHECK(!platform::exists(made));
    CHECK(built(windows, "--publisher", "Une société").ok());
    CHECK(platform::exists(host.folder / "setup.exe"));
}

TEST_CASE("locum install --plan: prints the plan and changes nothing") {
    const Host host;
    const platform::Finished text = host.install({"--plan"});
    CHECK(text.ok());
    CHECK(text.output.starts_with("install Small 1.0 as node-1\n  files/folders"));
    CHECK(contains(text.output, "  network/token"));
    CHECK(
        contains(text.output, "it takes\n  server                    20 MB disk, 10 MB memory\n"));
    // One file system has all of a --root: 20 of the server, 4 of Locum's state, 16 of logs, and
    // the small bundle.
    const std::size_t at = text.output.find("\non each file system\n  ");
    REQUIRE(at != std::string::npos);
    CHECK(contains(text.output.substr(at), " 41 MB of "));
    CHECK(text.output.ends_with(" MB free: product, state, logs, data\n"));
    const platform::Finished finished = host.install({"--plan", "--json"});
    const json value = json::parse(finished.output);
    const json& systems = value.at("file-systems");
    REQUIRE(systems.size() == 1);
    CHECK(systems[0].at("needed-mb") == 41);
    CHECK(systems[0].at("free-mb") > 0);
    CHECK(systems[0].at("parts")[0] ==
          json{{"folder", "product"},
               {"path", platform::suite_folders(host.root, "small").product},
               {"what", "the selected components"},
               {"needed-mb", 20}});
    CHECK(value.at("plan") == "install Small 1.0 as node-1");
    CHECK(value.at("steps")[0].at("id") == "files/folders");
    CHECK(value.at("needs")[0].at("component") == "server");
    CHECK(value.at("needs")[0].at("disk-mb") == 20);
    CHECK(value.at("needs").back().at("component") == "together");
    CHECK(!platform::exists(host.root));
    CHECK(!platform::exists(host.folder / "token"));
}

TEST_CASE("locum install: everything that speaks against it at once, and nothing is changed") {
    const Host host;
    host.write_answers("components = [\"servr\", \"balancer\"]\nrun-directory = \"/" +
                       std::string(90, 'r') + "\"");
    platform::write_file(host.folder / "token", "x", 0600);
    for (bool plan : {true, false}) {
        const platform::Finished finished = plan ? host.install({"--plan"}) : host.install({});
        CHECK(finished.exit_code == 4);
        CHECK(contains(finished.errors, "preflight refused, nothing was changed:"));
        for (const char* name :
             {"component-unknown: ", "server-first: ", "socket-path: ", "token-exists: "}) {
            CAPTURE(std::string(name));
            CHECK(contains(finished.errors, name));
        }
        CHECK(finished.output.empty() == !plan);
    }
    CHECK(!platform::exists(host.root));
}

TEST_CASE("locum install: what is wrong with the answers is said with line and column") {
    const Host host;
    host.write_answers("component = [\"server\"]");
    const platform::Finished finished = host.install({});
    CHECK(finished.exit_code == 2);
    CHECK(finished.output.empty());
    CHECK(contains(finished.errors, host.answers + ":"));
    CHECK(contains(finished.errors, "components"));
    CHECK(locum_says({"install", host.bundle, "--answers", host.folder / "missing"}).exit_code !=
          0);
    CHECK(!platform::exists(host.root));
}

TEST_CASE("locum install: a bundle that the named key did not sign") {
    const Host host;
    std::string bytes = platform::read_file(host.bundle);
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
    platform::write_file(host.bundle, bytes, 0644);
    CHECK(host.install({}).exit_code == 14);
    CHECK(!platform::exists(host.root));
}

TEST_CASE("locum: where nothing is installed every command says so and what to type") {
    const Scratch scratch;
    for (std::vector<std::string> command : {std::vector<std::string>{"status"},
                                             {"node", "list"},
                                             {"node", "remove", "x"},
                                             {"upgrade", "status"},
                                             {"upgrade", "resume"},
                                             {"upgrade", "rollback"},
                                             {"upgrade", "run", "b"},
                                             {"agent", "start"},
                                             {"agent", "stop"},
                                             {"token", "write", "t"}}) {
        CAPTURE(command.back());
        for (bool named : {false, true}) {
            std::vector<std::string> all = command;
            all.insert(all.end(), {"--root", scratch.path()});
            if (named)
                all.insert(all.end(), {"--suite", "small"});
            const platform::Finished finished = locum_says(all);
            CHECK(finished.exit_code == 2);
            CHECK(finished.output.empty());
            CHECK(contains(finished.errors, "\n  try: "));
        }
    }
    CHECK(platform::list_folder(scratch.path()).empty());
}

TEST_CASE(
    "locum --json: an error is the last line of standard output, and stays on standard error") {
    const Host host;
    host.write_answers("components = [\"servr\"]");
    for (const auto& [code, command] :
         {std::pair<int, std::vector<std::string>>{2,
                                                   {"status", "--root", host.folder / "nothing"}},
          {2, {"bundle", "inspect", host.folder / "missing"}},
          {2, {"upgrade", "run"}},
          {4, {"install", host.bundle, "--answers", host.answers, "--root", host.root, "-n"}},
          {4, {"install", host.bundle, "--answers", host.answers, "--root", host.root}}}) {
        CAPTURE(command.at(0));
        std::vector<std::string> as_json = command;
        as_json.emplace_back("--json");
        const platform::Finished plain = locum_says(command);
        const platform::Finished finished = locum_says(as_json);
        CHECK(finished.exit_code == code);
        CHECK(finished.errors == plain.errors);
        REQUIRE(finished.output.ends_with("}\n"));
        const std::string before = finished.output.substr(0, finished.output.size() - 1);
        const json told = json::parse(before.substr(before.rfind('\n') + 1));
        CHECK(told.at("kind") == "event");
        CHECK(told.at("event") == "error");
        CHECK(told.at("exit-code") == code);
        CHECK(contains(plain_lines(finished.errors), told.at("message").get<std::string>()));
        CHECK(told.at("remedy") != "");
        CHECK(!told.contains("log"));
    }
}

TEST_CASE("locum debug failpoints: each family, and that they are compiled in") {
    const platform::Finished finished = locum_says({"debug", "failpoints"});
    CHECK(finished.ok());
    CHECK(contains(finished.output, "step/STEP-ID/intent/before"));
    CHECK(contains(finished.output, "compiled in: LOCUM_FAILPOINTS="));
}
