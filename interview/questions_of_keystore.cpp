#include "interview/questions_of_keystore.hpp"

#include "engine/error.hpp"
#include "platform/files.hpp"
#include "token/keystore.hpp"

#include <fmt/format.h>

namespace locum::interview {

namespace {

bool creates(const Draft& draft) {
    return text_of(draft, network_key) == "create";
}

bool imports(const Draft& draft) {
    return creates(draft) && text_of(draft, keystore_key) == "yes";
}

std::string fault_of_file(const std::string& suite, const std::string& path) {
    try {
        const token::Keystore keystore = token::Keystore::load(platform::absolute(path));
        return keystore.suite == suite ? ""
                                       : fmt::format("found a keystore of {}; expected one of {}",
                                                     keystore.suite, suite);
    } catch (const engine::Error& error) {
        return "found " + error.one_line();
    }
}

} // namespace

std::vector<Question> questions_of_keystore(const Setting& setting) {
    Question wanted{keystore_key, Form::yes_no, "Import the keystore of another cluster?",
                    "Only where this cluster takes the place of another one and works on its data. "
                    "Else the shared secrets are made anew, as nearly all clusters need it."};
    wanted.asked = creates;
    wanted.suggested = [](const Draft&) { return Value{"no"}; };

    Question file{"keystore.file", Form::path, "File with the keystore",
                  "Written on a server of that cluster by: locum keystore export FILE."};
    file.asked = imports;
    file.fault = [suite = setting.manifest.name](const Draft&, const Value& value) {
        return fault_of_file(suite, value.at(0));
    };

    Question passphrase{"keystore.passphrase", Form::password, "Passphrase of the keystore",
                        "The one that it was exported with."};
    passphrase.asked = imports;
    passphrase.fault = [attempt = setting.try_keystore](const Draft& draft, const Value& value) {
        Draft whole = draft;
        whole["keystore.passphrase"] = value;
        return attempt ? attempt(whole) : std::string();
    };

    const std::string warning = std::string(installer::keystore_warning) + ".";
    Question accepted{"keystore.warning-accepted", Form::yes_no, "Import it all the same?", warning,
                      warning};
    accepted.asked = imports;
    accepted.suggested = [](const Draft&) { return Value{"no"}; };
    accepted.fault = [](const Draft&, const Value& value) -> std::string {
        return value == Value{"yes"}
                   ? ""
                   : "found no; expected yes, or that you go back and import none";
    };
    return {wanted, file, passphrase, accepted};
}

} // namespace locum::interview
