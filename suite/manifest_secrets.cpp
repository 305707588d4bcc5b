// Secrets that the cluster shares.

#include "suite/manifest_reader.hpp"

#include <fmt/format.h>

namespace locum::suite {

void ManifestReader::read_secrets() {
    Section secrets = file.section("secrets");
    for (const Text& name : secrets.keys()) {
        Section section = secrets.section(name.value);
        references.declare(section, "secret", name);
        SharedSecret secret;
        secret.name = name.value;
        secret.form =
            static_cast<SharedSecret::Form>(read_choice(section, "form", {"hex", "base64"}));
        // Fewer could be guessed, more make nothing safer.
        secret.bytes = static_cast<std::size_t>(section.number("bytes", 8, 64));
        secret.components = refer_all(references, section, section.texts("components"));
        if (secret.components.empty())
            section.fail(section.at(), fmt::format("the secret '{}' of no component", name.value),
                         "the components that get it");
        section.done();
        manifest.secrets.push_back(std::move(secret));
    }
}

} // namespace locum::suite
