// Secrets that the cluster shares, as a manifest declares and uses them.

#include "suite/references.hpp"
#include "tests/support/small_suite.hpp"

#include <boost/algorithm/string/replace.hpp>

using namespace locum;
using namespace locum::testing;
using suite::SharedSecret;

namespace {

const std::string two_secrets = R"([secrets]
api-key = { form = "hex", bytes = 16, components = ["server"] }
console-key = { form = "base64", bytes = 32, components = ["balancer", "server"] }
)";

std::string manifest_with(const std::string& secrets) {
    return small_suite_toml("1.0") + secrets;
}

std::string complaint_of(const std::string& text) {
    const engine::Error error = error_of([&] { suite::parse_manifest(text, "s.toml"); });
    CHECK(error.kind() == engine::Kind::usage);
    return error.what();
}

// What the one secret is refused with; all of them stand in the same line.
std::string refusal(const std::string& secret) {
    return complaint_of(manifest_with("[secrets]\n" + secret + "\n"));
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    REQUIRE(contains(text, from));
    boost::algorithm::replace_first(text, from, to);
    return text;
}

// What `bundle build` says of a template and a config's mode; "" where it is built.
std::string built(const std::string& file, const std::string& text, const std::string& mode) {
    const Scratch folder;
    const std::string to = "to = \"{etc}/server.conf\"\nmode = \"";
    try {
        Vendor(folder.path())
            .build("1.0",
                   {{"suite.toml", replaced(manifest_with(two_secrets), to + "0600", to + mode)},
                    {file, text}});
        return "";
    } catch (const engine::Error& error) {
        CHECK(error.kind() == engine::Kind::usage);
        return std::string(error.what()) + " | " + error.remedy();
    }
}

} // namespace

TEST_CASE("secrets are read with form, bytes and components") {
    const suite::Manifest manifest = suite::parse_manifest(manifest_with(two_secrets), "s.toml");
    REQUIRE(manifest.secrets.size() == 2);
    CHECK(manifest.secrets[0].name == "api-key");
    CHECK(manifest.secrets[0].form == SharedSecret::Form::hex);
    CHECK(manifest.secrets[0].bytes == 16);
    CHECK(manifest.secrets[0].components == std::vector<std::string>{"server"});
    CHECK(manifest.secrets[1].form == SharedSecret::Form::base64);
    CHECK(manifest.secrets[1].bytes == 32);
    CHECK(manifest.secrets[1].components == std::vector<std::string>{"balancer", "server"});
    CHECK(small_manifest().secrets.empty());
}

TEST_CASE("what is wrong with a secret is told with its place") {
    CHECK(contains(refusal(R"(Key = { form = "hex", bytes = 16, components = ["server"] })"),
                   "found the secret name 'Key'"));
    CHECK(contains(refusal(R"(key = { form = "hexa", bytes = 16, components = ["server"] })"),
                   "found 'hexa' for 'form'; expected one of hex, base64"));
    CHECK(contains(refusal(R"(key = { bytes = 16, components = ["server"] })"), "form"));
    CHECK(contains(refusal(R"(key = { form = "hex", components = ["server"] })"), "bytes"));
    for (const char* bytes : {"7", "65", "\"16\""})
        CHECK(contains(
            refusal(fmt::format(R"(key = {{ form = "hex", bytes = {}, components = ["server"] }})",
                                bytes)),
            "bytes"));
    CHECK(contains(refusal(R"(key = { form = "hex", bytes = 8 })"),
                   "found the secret 'key' of no component"));
    CHECK(contains(refusal(R"(key = { form = "hex", bytes = 8, components = ["serve"] })"),
                   "found the component 'serve', which does not exist"));
    CHECK(
        contains(refusal(R"(key = { form = "hex", bytes = 8, components = ["server", "server"] })"),
                 "found 'server' twice"));
    CHECK(contains(refusal(R"(key = { form = "hex", bytes = 8, components = ["server"], a = 1 })"),
                   "'a"));
    CHECK(contains(refusal("key = 5"), "key"));
    const std::string before = manifest_with("");
    const auto lines = 2 + std::count(before.begin(), before.end(), '\n');
    CHECK(contains(refusal("key = 5"), fmt::format("s.toml:{}:", lines)));
}

TEST_CASE("a secret is refused where others would see it") {
    for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
             {"\"--config\"", "\"{secret.api-key}\""},
             {"NODE = \"{node.name}\"", "NODE = \"{secret.api-key}\""},
             {"to = \"{etc}/server.conf\"", "to = \"{etc}/{secret.api-key}\""},
             {"mode = \"0600\"", "mode = \"0600\"\ncheck = [\"/bin/true\", \"{secret.api-key}\"]"},
             {"/probe\"", "/{secret.api-key}\""},
             {"tcp = \"{node.address}", "tcp = \"{secret.api-key}"},
             {"socket = \"{run}/balancer.sock\"", "socket = \"{secret.console-key}\""}}) {
        CAPTURE(to);
        const std::string complaint = complaint_of(replaced(manifest_with(two_secrets), from, to));
        CHECK(contains(complaint, "where others see it"));
        CHECK(contains(complaint, "in templates and in the headers of probes only"));
    }
}

TEST_CASE("a text for one component alone may name that component's secrets, and no others") {
    suite::Section file = suite::Section::parse(R"(text = "{secret.api-key}")", "s.toml");
    const auto check = [&file](const std::string& component, const std::string& secrets) {
        suite::References references;
        references.variables(file, file.text("text"), {.component = component, .secrets = true});
        references.check(suite::parse_manifest(manifest_with(secrets), "s.toml"));
    };
    CHECK_NOTHROW(check("server", two_secrets));
    CHECK(contains(error_of([&] { check("balancer", two_secrets); }).what(),
                   "s.toml:1:8: found the secret 'api-key' in a text of 'balancer', which does not "
                   "get it; expected 'balancer' among the secret's components, which are server"));
    CHECK(contains(error_of([&] { check("server", ""); }).what(),
                   "found the secret 'api-key', which does not exist; expected none"));
}

TEST_CASE("a template may name its component's secrets, in a file that others cannot read") {
    const std::string both = "a = {secret.api-key}\nb = {secret.console-key}\n";
    CHECK(built("server.conf.in", both, "0600") == "");
    CHECK(built("server.conf.in", both, "0640") == "");
    for (const char* mode : {"0644", "0641", "0602"}) {
        const std::string complaint = built("server.conf.in", both, mode);
        CHECK(contains(complaint, "server.conf.in:1:5: found the secret 'api-key' in a file that "
                                  "everybody can use: {etc}/server.conf has mode"));
        CHECK(contains(complaint, "correct the mode of {etc}/server.conf in the manifest"));
    }
    CHECK(built("server.conf.in", "nothing\n", "0644") == "");
    CHECK(contains(built("balancer.conf.in", both, "0600"),
                   "balancer.conf.in:1:5: found the secret 'api-key' in a text of 'balancer'"));
    CHECK(contains(built("server.conf.in", "{secret.other}\n", "0600"),
                   "found the secret 'other', which does not exist; expected one of api-key, "
                   "console-key"));
    // Also where a condition would leave it out.
    CHECK(
        contains(built("balancer.conf.in", "{if datasource sqlite}{secret.api-key}{end}\n", "0600"),
                 "which does not get it"));
}
