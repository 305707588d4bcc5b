#include "datasource/stream.hpp"

#include <cstring>

namespace locum::datasource {
namespace {

constexpr std::size_t batch_bytes = 512U << 10;
// A batch that one huge value has blown up is not kept.
constexpr std::size_t spare_bytes = 2 * batch_bytes;

struct FreeBuffer {
    void operator()(char* buffer) const { PQfreemem(buffer); }
};

constexpr std::string_view signature("PGCOPY\n\xff\r\n\0", 11);

// Takes big-endian numbers and bytes off a message.
class Message {
public:
    explicit Message(std::string_view rest) : rest_(rest) {}

    bool empty() const { return rest_.empty(); }
    std::string_view take(std::size_t count) {
        if (count > rest_.size())
            throw engine::Error("PostgreSQL sent a row of COPY that is cut off");
        const std::string_view taken = rest_.substr(0, count);
        rest_.remove_prefix(count);
        return taken;
    }
    template <class Number>
    Number number() {
        std::uint32_t value = 0;
        for (const char byte : take(sizeof(Number)))
            value = value << 8U | static_cast<unsigned char>(byte);
        return static_cast<Number>(value);
    }

private:
    std::string_view rest_;
};

void skip_header(Message& message) {
    if (message.take(signature.size()) != signature)
        throw engine::Error("PostgreSQL sent COPY data that does not begin as the binary format");
    message.take(sizeof(std::uint32_t)); // flags
    message.take(message.number<std::uint32_t>());
}

} // namespace

bool append_copy_rows(Batch& batch, std::string_view text, bool& begun) {
    Message message(text);
    if (!begun)
        skip_header(message);
    begun = true;
    while (!message.empty()) {
        const auto fields = message.number<std::int16_t>();
        if (fields < 0)
            return false;
        for (int i = 0; i < fields; ++i) {
            const auto size = message.number<std::int32_t>();
            batch.sizes.push_back(std::max(size, Batch::null));
            if (size > 0) {
                const std::string_view value = message.take(static_cast<std::size_t>(size));
                batch.bytes.insert(batch.bytes.end(), value.begin(), value.end());
            }
        }
    }
    return true;
}

bool BatchQueue::push(Batch batch) {
    std::unique_lock lock(mutex_);
    const std::size_t bytes = batch.size();
    changed_.wait(lock, [&] { return stopped_ || full_.empty() || waiting_ + bytes <= limit_; });
    if (stopped_)
        return false;
    waiting_ += bytes;
    full_.push_back(std::move(batch));
    changed_.notify_all();
    return true;
}

std::optional<Batch> BatchQueue::pop() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return finished_ || !full_.empty(); });
    if (full_.empty()) {
        if (failure_)
            std::rethrow_exception(failure_);
        return std::nullopt;
    }
    Batch batch = std::move(full_.front());
    full_.pop_front();
    waiting_ -= batch.size();
    changed_.notify_all();
    return batch;
}

void BatchQueue::finish(std::exception_ptr failure) {
    const std::lock_guard lock(mutex_);
    finished_ = true;
    failure_ = std::move(failure);
    changed_.notify_all();
}

void BatchQueue::stop() {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    changed_.notify_all();
}

Batch BatchQueue::spare() {
    const std::lock_guard lock(mutex_);
    if (spare_.empty())
        return {};
    Batch batch = std::move(spare_.back());
    spare_.pop_back();
    return batch;
}

void BatchQueue::give_back(Batch batch) {
    if (batch.bytes.capacity() + batch.sizes.capacity() * sizeof(batch.sizes[0]) > spare_bytes)
        return;
    batch.bytes.clear();
    batch.sizes.clear();
    batch.last = false;
    const std::lock_guard lock(mutex_);
    spare_.push_back(std::move(batch));
}

CopyReader::CopyReader(PGconn* connection, std::vector<CopyJob> jobs, BatchQueue& queue) :
    connection_(connection), jobs_(std::move(jobs)), queue_(queue), thread_([this] { run(); }) {}

CopyReader::~CopyReader() {
    queue_.stop();
    thread_.join();
}

void CopyReader::run() {
    try {
        for (const CopyJob& job : jobs_)
            if (!read(job))
                break;
        queue_.finish(nullptr);
    } catch (...) {
        queue_.finish(std::current_exception());
    }
}

bool CopyReader::read(const CopyJob& job) {
    const Result begun(PQexec(connection_, job.sql.c_str()));
    if (PQresultStatus(begun.get()) != PGRES_COPY_OUT)
        throw postgresql_error(connection_, begun.get(), job.sql);
    Batch batch = queue_.spare();
    batch.table = job.table;
    bool header_read = false;
    for (;;) {
        char* raw = nullptr;
        const int size = PQgetCopyData(connection_, &raw, 0);
        const std::unique_ptr<char, FreeBuffer> message(raw);
        if (size == -2)
            throw postgresql_error(connection_, nullptr, job.sql);
        if (size == -1)
            break;
        append_copy_rows(batch, {raw, static_cast<std::size_t>(size)}, header_read);
        if (batch.size() >= batch_bytes) {
            if (!queue_.push(std::move(batch)))
                return false;
            batch = queue_.spare();
            batch.table = job.table;
        }
    }
    while (const Result ended{PQgetResult(connection_)})
        if (PQresultStatus(ended.get()) != PGRES_COMMAND_OK)
            throw postgresql_error(connection_, ended.get(), job.sql);
    batch.last = true;
    return queue_.push(std::move(batch));
}

} // namespace locum::datasource
