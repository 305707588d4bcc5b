#include "platform/stage.hpp"

#include "engine/error.hpp"
#include "platform/files.hpp"
#include "platform/native.hpp"
#include "platform/stage_folder.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <exception>
#include <fmt/format.h>
#include <mutex>
#include <optional>
#include <semaphore>
#include <vector>

namespace locum::platform {

namespace {

// One sync a file costs a commit of the file system each; beyond this many, one of all is cheaper
// where the system has it, though it writes what others have pending too.
constexpr std::size_t most_single_syncs = 128;

// To make a small file takes the kernel longer than to decompress and to hash it.
constexpr std::size_t writers = 2;
// What is handed to a writer at once, since each hand-over wakes a thread.
constexpr std::size_t batch_bytes = 512U << 10;
constexpr std::size_t batch_files = 64;
constexpr std::ptrdiff_t most_batches = 8;

// Runs jobs on threads of its own. The first that throws is told by the next call.
class Writers {
public:
    template <class Job>
    void post(Job job) {
        rethrow();
        room_.acquire();
        boost::asio::post(pool_, [this, job = std::move(job)]() mutable {
            try {
                if (!failure())
                    job();
            } catch (...) {
                std::lock_guard lock(mutex_);
                if (!failure_)
                    failure_ = std::current_exception();
            }
            room_.release();
        });
    }
    // Returns when all is written.
    void finish() {
        pool_.join();
        rethrow();
    }
    // Returns when nothing is written any more.
    void abandon() {
        pool_.stop();
        pool_.join();
    }

private:
    std::exception_ptr failure() {
        std::lock_guard lock(mutex_);
        return failure_;
    }
    void rethrow() {
        if (const auto thrown = failure())
            std::rethrow_exception(thrown);
    }

    std::mutex mutex_;
    std::exception_ptr failure_;
    std::counting_semaphore<> room_{most_batches};
    boost::asio::thread_pool pool_{writers}; // last: its threads use the others
};

} // namespace

struct Stage::State {
    std::string into;
    std::string path;
    std::optional<StageFolder> root;
    // The folder that was used last, since files of a folder come one after the other.
    std::string current;
    std::shared_ptr<const StageFolder::Folder> current_folder;
    std::vector<std::string> folders;
    std::mutex mutex;
    std::size_t files = 0;         // guarded by mutex
    std::vector<OpenFile> to_sync; // guarded by mutex; none where all are synced at once
    bool published = false;
    std::optional<Writers> writers; // last: its threads use the others

    std::string shown(const std::string& relative) const { return path + "/" + relative; }

    void require_name(std::string_view name, const std::string& whole) const {
        if (name.empty() || name == "." || name == "..")
            throw engine::Error(fmt::format("the path {} does not stay in its stage", shown(whole)))
                .remedy("use a bundle that the vendor signed");
    }

    std::shared_ptr<const StageFolder::Folder> open(const std::string& folder) const {
        for (std::size_t start = 0; start < folder.size();) {
            const std::size_t end = std::min(folder.find('/', start), folder.size());
            require_name(std::string_view(folder).substr(start, end - start), folder);
            start = end + 1;
        }
        return root->open(folder);
    }

    // A name in a folder that is open.
    struct Entry {
        std::shared_ptr<const StageFolder::Folder> folder;
        std::string name;
    };

    Entry entry(const std::string& relative) {
        const std::size_t slash = relative.rfind('/');
        const std::string folder = slash == relative.npos ? "" : relative.substr(0, slash);
        if (!current_folder || folder != current) {
            current_folder = open(folder);
            current = folder;
        }
        std::string name = slash == relative.npos ? relative : relative.substr(slash + 1);
        require_name(name, relative);
        return {current_folder, std::move(name)};
    }

    struct Waiting {
        Entry entry;
        unsigned mode = 0;
        std::string shown;
        std::string content;
        Check check;
    };
    std::vector<Waiting> batch;
    std::size_t batched = 0; // bytes

    void hand_over() {
        if (!writers)
            writers.emplace();
        batched = 0;
        writers->post([this, files_now = std::exchange(batch, {})] {
            for (const Waiting& file : files_now) {
                file.check(file.content);
                std::string_view left = file.content;
                write(
                    file.entry, file.mode, [&] { return std::exchange(left, {}); }, file.shown);
            }
        });
    }

    // Other threads call it too.
    void write(const Entry& at, unsigned mode, const Blocks& next_block, const std::string& text) {
        OpenFile file = StageFolder::make_file(*at.folder, at.name, mode, text);
        for (std::string_view block = next_block(); !block.empty(); block = next_block())
            file.write(block);
        if (!StageFolder::can_sync_all()) {
            file.sync();
            return;
        }
        std::lock_guard lock(mutex);
        if (++files <= most_single_syncs)
            to_sync.push_back(std::move(file));
        else
            to_sync.clear();
    }

    void sync() {
        if (files > most_single_syncs) {
            root->sync_all();
            return;
        }
        for (OpenFile& file : to_sync)
            file.sync();
        to_sync.clear();
        for (const std::string& folder : folders)
            StageFolder::sync_folder(*open(folder), shown(folder));
        StageFolder::sync_folder(*open(""), path);
    }
};

Stage::Stage(const std::string& into) : state_(std::make_unique<State>()) {
    State& s = *state_;
    s.into = into;
    s.path = into + ".stage";
    if (exists(into))
        throw engine::Error(fmt::format("{} is there already; expected a fresh folder", into))
            .remedy(fmt::format("move {} away", into));
    make_folders(parent_of(into));
    remove_all(s.path);
    s.root.emplace(s.path);
}

Stage::~Stage() {
    if (state_->published)
        return;
    if (state_->writers)
        state_->writers->abandon();
    try {
        remove_all(state_->path);
    } catch (const engine::Error&) {
        // What stays is unreadable to others and is removed by the next run; the error that ends
        // this one is told.
    }
}

void Stage::make_folder(const std::string& path, unsigned mode) {
    const auto entry = state_->entry(path);
    StageFolder::make_folder(*entry.folder, entry.name, mode, state_->shown(path));
    state_->folders.push_back(path);
}

void Stage::write_file(const std::string& path, unsigned mode, const Blocks& next_block) {
    state_->write(state_->entry(path), mode, next_block, state_->shown(path));
}

void Stage::write_later(const std::string& path, unsigned mode, std::string content, Check check) {
    State& s = *state_;
    s.batched += content.size();
    s.batch.push_back({s.entry(path), mode, s.shown(path), std::move(content), std::move(check)});
    if (s.batched >= batch_bytes || s.batch.size() >= batch_files)
        s.hand_over();
}

void Stage::make_link(const std::string& path, const std::string& target) {
    const auto entry = state_->entry(path);
    state_->root->make_link(*entry.folder, entry.name, target, state_->shown(path));
}

void Stage::publish(unsigned mode) {
    State& s = *state_;
    if (!s.batch.empty())
        s.hand_over();
    if (s.writers)
        s.writers->finish();
    s.root->finish(mode);
    s.sync();
    s.current_folder.reset();
    s.root.reset();
    if (exists(s.into))
        throw engine::Error(fmt::format("{} came into being meanwhile", s.into))
            .remedy(fmt::format("move {} away", s.into));
    rename_durably(s.path, s.into);
    s.published = true;
}

} // namespace locum::platform
