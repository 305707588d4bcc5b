// What a suite asks of its hosts, and advises: [requirements] and [[advice]].

#include "suite/manifest_reader.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace locum::suite {

void ManifestReader::read_requirements() {
    Section section = file.section("requirements");
    Requirements& read = manifest.requirements;
    for (const Text& text : section.texts("os")) {
        const auto system = parse_system_requirement(text.value);
        if (!system ||
            std::find(read.systems.begin(), read.systems.end(), *system) != read.systems.end())
            section.fail(text.at, fmt::format("'{}' in 'os'", text.value),
                         "systems, each once: the ID of os-release, with the oldest version or "
                         "without, such as \"debian >= 12\"");
        read.systems.push_back(*system);
    }
    for (const Text& text : section.texts("arch")) {
        auto& all = read.architectures;
        if (text.value.empty() || std::find(all.begin(), all.end(), text.value) != all.end())
            section.fail(text.at, fmt::format("'{}' in 'arch'", text.value),
                         "architectures as uname -m says them, each once, such as \"x86_64\"");
        all.push_back(text.value);
    }
    section.done();
}

void ManifestReader::read_advice() {
    for (Section section : file.list("advice")) {
        Advice advice;
        advice.says = section.one_line("says").value;
        advice.together = refer_all(references, section, section.texts("together"));
        const bool ratio = section.has("of") || section.has("per") || section.has("at-most") ||
                           section.has("at-least");
        if (ratio == !advice.together.empty())
            section.fail(section.at(), "an advice with neither or both of 'together' and 'of'",
                         "either 'together'; or 'of' and 'at-most', with 'per' or without; or 'of' "
                         "and 'at-least'");
        if (ratio) {
            advice.of = refer_one(references, section, "of");
            if (section.has("per"))
                advice.per = refer_one(references, section, "per");
            const bool fewest = advice.per.empty() && section.has("at-least");
            const char* bound = fewest ? "at-least" : "at-most";
            (fewest ? advice.at_least : advice.at_most) =
                static_cast<unsigned>(section.number(bound, 1, 1000));
        }
        section.done();
        manifest.advice.push_back(std::move(advice));
    }
}

} // namespace locum::suite
