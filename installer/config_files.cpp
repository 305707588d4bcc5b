#include "installer/config_files.hpp"

#include "engine/error.hpp"
#include "platform/accounts.hpp"
#include "platform/files.hpp"
#include "platform/process.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace locum::installer {

namespace {

constexpr std::size_t shown = 600;

// Removes the file beside, and the folders that were made for it, whatever became of the check.
class Beside {
public:
    explicit Beside(const Rendered& file) :
        path_(file.candidate), folders_(platform::missing_folders(platform::parent_of(path_))) {
        platform::make_folders(platform::parent_of(path_));
        platform::write_file(path_, file.content, file.mode);
    }
    ~Beside() {
        try {
            platform::remove_all(path_);
            platform::remove_if_empty(folders_);
        } catch (const engine::Error&) {
            // A file too many harms nobody, and is overwritten by the next check.
        }
    }
    Beside(const Beside&) = delete;
    Beside& operator=(const Beside&) = delete;

private:
    std::string path_;
    std::vector<std::string> folders_;
};

} // namespace

void check_configs(const std::vector<Rendered>& files) {
    for (const Rendered& file : files) {
        if (file.check.empty())
            continue;
        const Beside beside(file);
        platform::Command command;
        command.argv = file.check;
        const platform::Finished finished = platform::run(command);
        if (finished.ok())
            continue;
        const std::string words = engine::redacted(finished.errors + finished.output, file.secrets);
        throw engine::Error(
            fmt::format(
                "the configuration that the bundle makes for {} is refused by '{}'{}: {}", file.to,
                engine::redacted(fmt::format("{}", fmt::join(file.check, " ")), file.secrets),
                finished.timed_out ? ", which did not end" : "",
                words.substr(words.size() > shown ? words.size() - shown : 0)))
            .remedy("the vendor mends the template; what runs here goes on as it is");
    }
}

void place(const Rendered& file) {
    platform::make_folders(platform::parent_of(file.to));
    if (file.owner.empty() && file.readers.empty()) {
        platform::write_file(file.to, file.content, file.mode);
        return;
    }
    // Under its name it is its owner's from the first moment.
    const std::string beside = file.to + fresh;
    platform::write_file(beside, file.content, file.mode);
    if (!file.owner.empty())
        platform::give(beside, file.owner, file.group);
    for (const std::string& account : file.readers)
        platform::allow(beside, account, platform::Access::read);
    platform::rename_durably(beside, file.to);
}

void write_configs(const std::vector<Rendered>& files) {
    check_configs(files);
    for (const Rendered& file : files)
        place(file);
}

} // namespace locum::installer
