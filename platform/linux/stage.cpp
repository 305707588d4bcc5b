#include "platform/stage.hpp"

#include "platform/files.hpp"
#include "platform/linux/system.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <cerrno>
#include <exception>
#include <fcntl.h>
#include <fmt/format.h>
#include <mutex>
#include <optional>
#include <semaphore>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace locum::platform {

namespace {

// One fsync a file costs a commit of the file system each; beyond this many, one syncfs is cheaper,
// though it writes what others have pending too.
constexpr std::size_t most_single_syncs = 128;

constexpr int open_folder = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

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
    Descriptor root;
    // The folder that was used last, since files of a folder come one after the other.
    std::string current;
    std::shared_ptr<const Descriptor> current_descriptor;
    std::vector<std::string> folders;
    std::mutex mutex;
    std::size_t files = 0;           // guarded by mutex
    std::vector<Descriptor> to_sync; // guarded by mutex; none where syncfs does it
    bool published = false;
    std::optional<Writers> writers; // last: its threads use the others

    std::string shown(const std::string& relative) const { return path + "/" + relative; }

    Descriptor open(const std::string& folder) const {
        Descriptor at(::openat(root.get(), ".", open_folder));
        for (std::size_t start = 0; at && start < folder.size();) {
            const std::size_t end = std::min(folder.find('/', start), folder.size());
            const std::string name = folder.substr(start, end - start);
            if (name.empty() || name == "." || name == "..")
                throw engine::Error(
                    fmt::format("the path {} does not stay in its stage", shown(folder)))
                    .remedy("use a bundle that the vendor signed");
            at = Descriptor(::openat(at.get(), name.c_str(), open_folder));
            start = end + 1;
        }
        if (!at)
            throw path_error("open", shown(folder), errno);
        return at;
    }

    // A name in a folder that is open.
    struct Entry {
        std::shared_ptr<const Descriptor> folder;
        std::string name;
        int at() const { return folder->get(); }
    };

    Entry entry(const std::string& relative) {
        const std::size_t slash = relative.rfind('/');
        const std::string folder = slash == relative.npos ? "" : relative.substr(0, slash);
        if (!current_descriptor || folder != current) {
            current_descriptor = std::make_shared<const Descriptor>(open(folder));
            current = folder;
        }
        std::string name = slash == relative.npos ? relative : relative.substr(slash + 1);
        if (name.empty() || name == "." || name == "..")
            throw engine::Error(
                fmt::format("the path {} does not stay in its stage", shown(relative)))
                .remedy("use a bundle that the vendor signed");
        return {current_descriptor, std::move(name)};
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
        Descriptor file(::openat(at.at(), at.name.c_str(),
                                 O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
        struct stat made {};
        if (!file || ::fstat(file.get(), &made) != 0)
            throw path_error("write", text, errno);
        for (std::string_view block = next_block(); !block.empty(); block = next_block())
            write_all(file.get(), block, text);
        // The mode of open is subject to the umask, or to the folder's ACL.
        if ((made.st_mode & 07777U) != mode && ::fchmod(file.get(), mode) != 0)
            throw path_error("write", text, errno);
        std::lock_guard lock(mutex);
        if (++files <= most_single_syncs)
            to_sync.push_back(std::move(file));
        else
            to_sync.clear();
    }

    void sync() {
        if (files > most_single_syncs) {
            if (::syncfs(root.get()) != 0)
                throw path_error("write", path, errno);
            return;
        }
        for (const Descriptor& file : to_sync)
            if (::fsync(file.get()) != 0)
                throw path_error("write", path, errno);
        to_sync.clear();
        for (const std::string& folder : folders)
            if (::fsync(open(folder).get()) != 0)
                throw path_error("write", shown(folder), errno);
        if (::fsync(root.get()) != 0)
            throw path_error("write", path, errno);
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
    if (::mkdir(s.path.c_str(), 0700) != 0)
        throw path_error("make", s.path, errno);
    s.root = Descriptor(::open(s.path.c_str(), open_folder));
    if (!s.root) {
        const int number = errno;
        ::rmdir(s.path.c_str());
        throw path_error("open", s.path, number);
    }
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
    if (::mkdirat(entry.at(), entry.name.c_str(), 0700) != 0)
        throw path_error("make", state_->shown(path), errno);
    // The mode of mkdir is subject to the umask.
    const Descriptor made(::openat(entry.at(), entry.name.c_str(), open_folder));
    if (!made || ::fchmod(made.get(), mode) != 0)
        throw path_error("make", state_->shown(path), errno);
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
    if (::symlinkat(target.c_str(), entry.at(), entry.name.c_str()) != 0)
        throw path_error("link", state_->shown(path), errno);
}

void Stage::publish(unsigned mode) {
    State& s = *state_;
    if (!s.batch.empty())
        s.hand_over();
    if (s.writers)
        s.writers->finish();
    if (::fchmod(s.root.get(), mode) != 0)
        throw path_error("write", s.path, errno);
    s.sync();
    if (exists(s.into))
        throw engine::Error(fmt::format("{} came into being meanwhile", s.into))
            .remedy(fmt::format("move {} away", s.into));
    rename_durably(s.path, s.into);
    s.published = true;
}

} // namespace locum::platform
