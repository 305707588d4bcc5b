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

char unescaped(char c) {
    switch (c) {
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    case 'v':
        return '\v';
    default:
        return c; // "\\" and what else is quoted by itself; COPY TO writes no octal or hex
    }
}

} // namespace

void append_copy_line(Batch& batch, std::string_view line) {
    const std::size_t begin = batch.text.size();
    batch.text.resize(begin + line.size() + 1); // not empty, so that a value has an address
    char* out = batch.text.data() + begin;
    const char* in = line.data();
    const char* const end = in + line.size();
    const auto offset_of = [&](const char* at) {
        return static_cast<std::uint32_t>(at - batch.text.data());
    };
    for (;;) {
        const char* const field = out;
        bool null = false;
        while (in != end && *in != '\t') {
            if (*in != '\\') {
                *out++ = *in++;
            } else if (in + 1 != end && in[1] == 'N' && out == field) {
                null = true; // a text "\N" is written as "\\N"
                in += 2;
            } else {
                *out++ = unescaped(in + 1 == end ? '\\' : in[1]);
                in += in + 1 == end ? 1 : 2;
            }
        }
        batch.values.push_back(
            {offset_of(field), null ? -1 : static_cast<std::int32_t>(out - field)});
        if (in == end)
            return;
        ++in;
    }
}

bool BatchQueue::push(Batch batch) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return stopped_ || full_.size() < limit_; });
    if (stopped_)
        return false;
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
    if (batch.text.capacity() > spare_bytes)
        return;
    batch.text.clear();
    batch.values.clear();
    const std::lock_guard lock(mutex_);
    spare_.push_back(std::move(batch));
}

CopyReader::CopyReader(PGconn* connection, std::vector<Source> sources, BatchQueue& queue) :
    connection_(connection), sources_(std::move(sources)), queue_(queue),
    thread_([this] { run(); }) {}

CopyReader::~CopyReader() {
    queue_.stop();
    thread_.join();
}

void CopyReader::run() {
    try {
        for (std::size_t index = 0; index < sources_.size(); ++index)
            if (!read_table(index))
                break;
        queue_.finish(nullptr);
    } catch (...) {
        queue_.finish(std::current_exception());
    }
}

bool CopyReader::read_table(std::size_t index) {
    const std::string& sql = sources_[index].copy_sql;
    const Result begun(PQexec(connection_, sql.c_str()));
    if (PQresultStatus(begun.get()) != PGRES_COPY_OUT)
        throw postgresql_error(connection_, begun.get(), sql);
    Batch batch = queue_.spare();
    batch.table = index;
    for (;;) {
        char* raw = nullptr;
        const int size = PQgetCopyData(connection_, &raw, 0);
        const std::unique_ptr<char, FreeBuffer> line(raw);
        if (size == -2)
            throw postgresql_error(connection_, nullptr, sql);
        if (size == -1)
            break;
        append_copy_line(batch, {raw, static_cast<std::size_t>(size) - 1}); // without "\n"
        if (batch.text.size() >= batch_bytes) {
            if (!queue_.push(std::move(batch)))
                return false;
            batch = queue_.spare();
            batch.table = index;
        }
    }
    while (const Result ended{PQgetResult(connection_)})
        if (PQresultStatus(ended.get()) != PGRES_COMMAND_OK)
            throw postgresql_error(connection_, ended.get(), sql);
    return batch.values.empty() || queue_.push(std::move(batch));
}

} // namespace locum::datasource
