#include "datasource/grants.hpp"

#include "datasource/embedded.hpp"
#include "datasource/fence.hpp"
#include "platform/files.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace locum::datasource {
namespace {

constexpr int oldest_server = 120000; // what generated columns and the catalog queries need

using engine::Finding;
using engine::Severity;

Finding error(std::string name, std::string found, std::string expected, std::string remedy) {
    return {std::move(name), Severity::error, std::move(found), std::move(expected),
            std::move(remedy)};
}

void check_rights(Connection& locum, const Settings& settings, std::vector<Finding>& findings) {
    const Row facts = locum.query(embedded::grants_sql, {settings.application.user}).at(0);
    const std::string user = quoted(settings.locum.user), database = quoted(settings.database);
    const std::string application = quoted(settings.application.user);
    std::vector<std::string> missing, sql;
    if (facts.at(0) != "t") {
        missing.push_back("it does not own the database, so it cannot fence the application out");
        sql.push_back(fmt::format("ALTER DATABASE {} OWNER TO {};", database, user));
    }
    if (facts.at(1) != "t") {
        missing.push_back("it cannot create tables in schema public");
        sql.push_back(fmt::format("GRANT USAGE, CREATE ON SCHEMA public TO {};", user));
    }
    if (facts.at(2) != "t") {
        missing.push_back("it cannot end the application's sessions");
        sql.push_back(fmt::format("GRANT pg_signal_backend TO {};", user));
    }
    if (!missing.empty())
        findings.push_back(error(
            "datasource-grants", fmt::format("account {}: {}", user, fmt::join(missing, "; ")),
            "an account that owns the database and may end the application's sessions",
            fmt::format("run as a superuser in database {}: {}", database, fmt::join(sql, " "))));
    if (facts.at(3) == "0")
        findings.push_back(error(
            "datasource-grants", fmt::format("the server has no account {}", application),
            "an account for the application",
            fmt::format("run as a superuser: CREATE ROLE {} LOGIN PASSWORD '…';", application)));
    if (facts.at(4) != "UTF8")
        findings.push_back(error(
            "datasource-encoding",
            fmt::format("database {} has encoding {}", database, facts.at(4).value_or("")), "UTF8",
            fmt::format("make the database anew: CREATE DATABASE {} OWNER {} "
                        "ENCODING 'UTF8' TEMPLATE template0;",
                        database, user)));
    if (std::stoi(facts.at(5).value_or("0")) < oldest_server)
        findings.push_back(error("datasource-version", "PostgreSQL " + facts.at(6).value_or(""),
                                 "PostgreSQL 12 or newer", "upgrade the database server"));
}

void check_application(Connection& locum, const Settings& settings,
                       std::vector<Finding>& findings) {
    const std::string user = quoted(settings.application.user);
    if (settings.application.user == settings.locum.user) {
        findings.push_back(
            {"datasource-one-account", Severity::error,
             fmt::format("application and Locum use the same account {}", user),
             "two accounts, so that the old application can be fenced out",
             fmt::format("run as a superuser: CREATE ROLE \"locum\" LOGIN PASSWORD '…'; ALTER "
                         "DATABASE {} OWNER TO \"locum\"; GRANT pg_signal_backend TO \"locum\";",
                         quoted(settings.database))});
        return;
    }
    std::vector<std::string> ways;
    for (const Row& row : locum.query(embedded::connect_ways_sql, {settings.application.user}))
        ways.push_back(row.at(0).value_or(""));
    if (!ways.empty())
        findings.push_back(error(
            "datasource-grants",
            fmt::format("account {} could not be fenced out: {}", user, fmt::join(ways, ", ")),
            "a plain account that may connect by its own right or PUBLIC's only",
            fmt::format("run as a superuser: ALTER ROLE {} NOSUPERUSER; and revoke these "
                        "memberships",
                        user)));
    // While it is fenced, that it cannot connect is no finding.
    if (!fenced(locum, settings))
        connect(settings, settings.application);
}

void check_tables(Connection& locum, const Settings& settings, std::vector<Finding>& findings) {
    std::vector<std::string> foreign, sql;
    for (const Row& row : locum.query(embedded::foreign_tables_sql)) {
        const std::string table = row.at(0).value_or("");
        foreign.push_back(fmt::format("{} (of {})", table, row.at(1).value_or("")));
        sql.push_back(
            fmt::format("ALTER TABLE public.{} OWNER TO {};", table, quoted(settings.locum.user)));
    }
    if (!foreign.empty())
        findings.push_back(error(
            "datasource-foreign-schema",
            fmt::format("schema public has tables of other accounts: {}", fmt::join(foreign, ", ")),
            "tables of the suite only, owned by Locum's account",
            fmt::format("use a database of its own for the suite, or, if they are the suite's, run "
                        "as a superuser: {}",
                        fmt::join(sql, " "))));
    for (const Row& row : locum.query(embedded::foreign_schemas_sql))
        findings.push_back(
            {"datasource-foreign-schema", Severity::warning,
             fmt::format("schema {} with {} table(s)", row.at(0).value_or(""),
                         row.at(1).value_or("")),
             "the suite's tables in schema public only",
             "if the suite needs them, do not upgrade rolling: they are not copied"});
}

std::vector<Finding> check_file(const Settings& settings) {
    const std::string folder = platform::parent_of(settings.file);
    if (!platform::writeable(folder))
        return {error("datasource-unreachable",
                      fmt::format("the folder of {} cannot be written", settings.file),
                      "a folder that Locum may write", "choose another data directory")};
    if (platform::exists(settings.file))
        connect(settings, settings.locum);
    return {};
}

} // namespace

std::vector<Finding> check_grants(const Settings& settings) {
    std::vector<Finding> findings;
    try {
        if (settings.kind == Kind::sqlite)
            return check_file(settings);
        const auto locum = connect(settings, settings.locum);
        check_rights(*locum, settings, findings);
        check_tables(*locum, settings, findings);
        check_application(*locum, settings, findings);
    } catch (const engine::Error& failure) {
        findings.push_back(error("datasource-unreachable", failure.what(),
                                 "a database that both accounts can use", failure.remedy()));
    }
    return findings;
}

std::vector<Finding> check_application_rights(Connection& locum, const Settings& settings) {
    if (settings.kind == Kind::sqlite || settings.application.user == settings.locum.user)
        return {};
    std::vector<std::string> all, barred;
    bool changes = false;
    for (const Row& row : locum.query(embedded::table_rights_sql, {settings.application.user})) {
        all.push_back(row.at(0).value_or(""));
        if (row.at(1) != "t")
            barred.push_back(all.back());
        changes = changes || row.at(2) == "t";
    }
    if (barred.empty() && !all.empty() && !changes)
        barred = all;
    if (barred.empty())
        return {};
    const std::string user = quoted(settings.application.user);
    return {error("datasource-rights",
                  fmt::format("account {} may not use {} of {} tables: {}", user, barred.size(),
                              all.size(), fmt::join(barred, ", ")),
                  "an application that may read and write the suite's tables",
                  fmt::format("run as a superuser in database {0}: GRANT USAGE ON SCHEMA public TO "
                              "{1}; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA "
                              "public TO {1}; GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA "
                              "public TO {1};",
                              quoted(settings.database), user))};
}

void allow_application(Connection& locum, const Settings& settings) {
    if (settings.kind == Kind::sqlite || settings.application.user == settings.locum.user)
        return;
    const std::string user = quoted(settings.application.user);
    Transaction transaction(locum);
    locum.script(fmt::format(
        "GRANT USAGE ON SCHEMA public TO {0};"
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {0};"
        "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {0};"
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES "
        "TO {0};"
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {0}",
        user));
    transaction.commit();
}

std::vector<std::string> application_rights(Connection& locum, const Settings& settings) {
    if (settings.kind == Kind::sqlite || settings.application.user == settings.locum.user)
        return {};
    std::vector<std::string> statements;
    for (const Row& row :
         locum.query(embedded::application_rights_sql, {settings.application.user}))
        statements.push_back(row.at(0).value_or(""));
    return statements;
}

} // namespace locum::datasource
