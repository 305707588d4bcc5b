#include "installer/steps/shown.hpp"

#include "engine/contains.hpp"
#include "installer/shown.hpp"

namespace locum::installer::steps {

using engine::Undo;

namespace {

bool has_shortcuts(const Installation& installation) {
    const auto& all = installation.manifest().shortcuts;
    return std::any_of(all.begin(), all.end(), [&](const suite::Shortcut& one) {
        return engine::contains(installation.answers.components, one.component);
    });
}

} // namespace

bool is_shown(const Installation& installation) {
    return has_shortcuts(installation) || apps_list_used(installation.layout);
}

engine::Step show(const Installation& installation) {
    const cluster::Layout& layout = installation.layout;
    const bool list = apps_list_used(layout);
    const bool menus = has_shortcuts(installation);
    return {"shown",
            std::string(menus ? "make the shortcuts in the host's menus" : "") +
                (menus && list ? ", and " : "") +
                (list ? "enter the suite in the list of installed programs" : ""),
            [] { return false; }, // making it twice changes nothing
            nullptr,
            [&layout](engine::Reporter& reporter) {
                try {
                    show_on_host(layout);
                } catch (const engine::Error& error) { // no reason to take an installation back
                    reporter.note("warning: " + error.one_line());
                    if (!error.remedy().empty())
                        reporter.note("  try: " + error.remedy());
                }
                return std::string();
            },
            nullptr,
            Undo{[&layout, list](const std::string&) {
                make_shortcuts(layout, {});
                if (list)
                    platform::remove_apps_list_entry(apps_list_name(layout));
            }}};
}

} // namespace locum::installer::steps
