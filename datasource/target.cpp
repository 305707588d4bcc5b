#include "datasource/target.hpp"

#include "datasource/catalog.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace locum::datasource {
namespace {

constexpr std::size_t rows_in_a_statement = 16;

} // namespace

CopyTarget::CopyTarget(const std::string& file) : connection_(open_for_loading(file)) {}

void CopyTarget::create(const Schema& schema, const std::string& ddl) {
    // Those of the suite's DDL would do again what is in the rows already.
    sqlite3_db_config(sqlite(*connection_), SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
    engine::during("creating the copy's tables", [&] { connection_->script(ddl); });
    connection_->script("BEGIN");
    set_aside_indexes();
    for (const Table& table : schema.tables)
        destinations_.push_back(destination(table));
}

void CopyTarget::set_aside_indexes() {
    std::vector<std::string> names;
    for (const Row& row : connection_->query("SELECT name, sql FROM sqlite_schema WHERE type = "
                                             "'index' AND sql IS NOT NULL ORDER BY rowid")) {
        names.push_back(row.at(0).value_or(""));
        indexes_.push_back(row.at(1).value_or(""));
    }
    for (const std::string& name : names)
        connection_->script("DROP INDEX " + quoted(name));
}

CopyTarget::Destination CopyTarget::destination(const Table& table) {
    std::map<std::string, bool> there; // folded name → generated
    for (const Row& row :
         connection_->query("SELECT name, hidden FROM pragma_table_xinfo($1)", {table.name}))
        there[folded(row.at(0).value_or(""))] = row.at(1) == "2" || row.at(1) == "3";
    const auto missing = [](const std::string& what) {
        return engine::Error(fmt::format("the copy's DDL has no {}", what), engine::Kind::refused)
            .remedy(
                "ask the vendor: the DDL must have every table and column of the schema that it "
                "is for");
    };
    if (there.empty())
        throw missing("table " + quoted(table.name));
    Destination made;
    made.table = table.name;
    std::vector<std::string> names, marks;
    for (const auto& column : table.columns) {
        const auto found = there.find(folded(column.name));
        if (found == there.end())
            throw missing(fmt::format("column {}.{}", quoted(table.name), quoted(column.name)));
        if (found->second)
            continue; // computed by the copy itself
        made.columns.push_back({column.name, form_of(column), select_expression(column)});
        names.push_back(quoted(column.name));
        marks.emplace_back("?");
    }
    if (names.empty())
        throw missing("column of table " + quoted(table.name) + " that is not generated");
    connection_->script("DELETE FROM " + quoted(table.name));
    const auto values = fmt::format("({})", fmt::join(marks, ", "));
    const auto begin =
        fmt::format("INSERT INTO {} ({}) VALUES ", quoted(table.name), fmt::join(names, ", "));
    sqlite3* const database = sqlite(*connection_);
    const auto most =
        static_cast<std::size_t>(sqlite3_limit(database, SQLITE_LIMIT_VARIABLE_NUMBER, -1));
    made.rows_at_once = std::clamp<std::size_t>(most / names.size(), 1, rows_in_a_statement);
    made.spaces.resize(names.size() * made.rows_at_once);
    made.insert_one = prepare(database, begin + values);
    made.insert_many =
        prepare(database,
                begin + fmt::format("{}", fmt::join(std::vector(made.rows_at_once, values), ", ")));
    return made;
}

std::vector<std::string> CopyTarget::selections() const {
    std::vector<std::string> all;
    for (const Destination& each : destinations_) {
        std::vector<std::string> columns;
        for (const Column& column : each.columns)
            columns.push_back(column.select);
        all.push_back(fmt::format("SELECT {} FROM ONLY public.{}", fmt::join(columns, ", "),
                                  quoted(each.table)));
    }
    return all;
}

std::size_t CopyTarget::load(const Batch& batch) {
    Destination& to = destinations_.at(batch.table);
    const std::size_t width = to.columns.size();
    if (batch.sizes.size() % width != 0)
        throw engine::Error(fmt::format("PostgreSQL sent rows of table {} with another number of "
                                        "columns than {}",
                                        quoted(to.table), width));
    const std::size_t rows = batch.sizes.size() / width;
    Place place;
    std::size_t row = 0;
    for (; row + to.rows_at_once <= rows; row += to.rows_at_once)
        insert(to, to.insert_many.get(), batch, width * to.rows_at_once, place);
    for (; row < rows; ++row)
        insert(to, to.insert_one.get(), batch, width, place);
    to.rows += static_cast<std::int64_t>(rows);
    return rows;
}

void CopyTarget::insert(Destination& to, sqlite3_stmt* statement, const Batch& batch,
                        std::size_t count, Place& place) {
    // Not a null pointer for a batch of empty values, which would be NULL.
    const char* bytes = batch.bytes.empty() ? "" : batch.bytes.data();
    const std::size_t width = to.columns.size();
    for (std::size_t i = 0; i < count; ++i) {
        const std::int32_t size = batch.sizes[place.value++];
        const int parameter = static_cast<int>(i + 1);
        if (size == Batch::null) {
            sqlite3_bind_null(statement, parameter);
            continue;
        }
        const std::string_view value(bytes + place.byte, static_cast<std::size_t>(size));
        place.byte += value.size();
        const Column& column = to.columns[i % width];
        try {
            bind_value(statement, parameter, column.form, value, to.spaces[i]);
        } catch (engine::Error& error) {
            error.during(
                fmt::format("copying column {}.{}", quoted(to.table), quoted(column.name)));
            throw;
        }
    }
    const int result = sqlite3_step(statement);
    sqlite3_reset(statement);
    if (result != SQLITE_DONE)
        throw sqlite_error(sqlite(*connection_), {}).during("copying table " + quoted(to.table));
}

std::vector<std::int64_t> CopyTarget::rows() const {
    std::vector<std::int64_t> all;
    for (const Destination& each : destinations_)
        all.push_back(each.rows);
    return all;
}

void CopyTarget::finish(const std::map<std::string, std::int64_t>& last_assigned) {
    for (const std::string& sql : indexes_)
        engine::during("making an index of the copy: " + sql, [&] { connection_->script(sql); });
    for (const auto& [table, last] : last_assigned)
        set_last_assigned(table, last);
    analyze();
    for (Destination& each : destinations_) {
        each.insert_one.reset();
        each.insert_many.reset();
    }
    require_foreign_keys(*connection_);
    connection_->script("COMMIT");
}

void CopyTarget::set_last_assigned(const std::string& table, std::int64_t last) {
    const Rows found = connection_->query(
        "SELECT name FROM sqlite_schema WHERE name = $1 COLLATE NOCASE AND type = 'table' AND "
        "instr(upper(sql), 'AUTOINCREMENT') > 0",
        {table});
    if (found.empty())
        return;
    const std::string name = found[0].at(0).value_or(""); // as the DDL writes it
    // The row is there once a row was inserted.
    if (connection_->execute("UPDATE sqlite_sequence SET seq = max(seq, $2) WHERE name = $1",
                             {name, last}) == 0)
        connection_->execute("INSERT INTO sqlite_sequence (name, seq) VALUES ($1, $2)",
                             {name, last});
}

// ANALYZE of a table without an index reads all of it, only to count the rows; they are known.
void CopyTarget::analyze() {
    connection_->script("PRAGMA analysis_limit = 1000; ANALYZE sqlite_schema");
    for (const Row& row : connection_->query("SELECT name FROM sqlite_schema WHERE type = 'index'"))
        connection_->script("ANALYZE " + quoted(row.at(0).value_or("")));
    for (const Destination& each : destinations_)
        connection_->execute(
            "INSERT INTO sqlite_stat1 (tbl, idx, stat) SELECT name, NULL, $2 FROM "
            "sqlite_schema WHERE name = $1 COLLATE NOCASE AND NOT EXISTS (SELECT 1 "
            "FROM sqlite_stat1 WHERE tbl = $1 COLLATE NOCASE)",
            {each.table, std::to_string(each.rows)});
}

std::unique_ptr<Connection> open_for_loading(const std::string& file) {
    ConnectOptions options;
    options.create = true;
    auto connection = open_sqlite(file, options);
    connection->script("PRAGMA page_size = 8192; PRAGMA journal_mode = OFF; "
                       "PRAGMA locking_mode = EXCLUSIVE; "
                       "PRAGMA synchronous = OFF; PRAGMA cache_size = -8192; "
                       "PRAGMA temp_store = FILE; PRAGMA foreign_keys = OFF");
    return connection;
}

void require_foreign_keys(Connection& connection) {
    const Rows broken = connection.query("SELECT \"table\", parent, count(*) FROM "
                                         "pragma_foreign_key_check GROUP BY 1, 2 ORDER BY 1, 2");
    if (!broken.empty())
        throw engine::Error(fmt::format("{} row(s) of table {} refer to rows that are not in table "
                                        "{}",
                                        broken[0].at(2).value_or(""),
                                        quoted(broken[0].at(0).value_or("")),
                                        quoted(broken[0].at(1).value_or(""))),
                            engine::Kind::refused)
            .remedy("repair the rows in the productive database, then try again");
}

} // namespace locum::datasource
