package dev.caprock;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a migration may do while replicas of the version before go on with the tables as they know them, as far as it can be read from
 * the text. What they would trip over waits for a later version, whose header then says {@code -- contract: } and why nobody needs
 * it any more.
 */
final class MigrationRules {

    private static final Pattern CONTRACT = Pattern.compile("(?m)\\A(?:--.*\\n)*-- contract: \\S+");
    private static final Pattern COMMENT = Pattern.compile("--[^\\n]*");
    private static final Pattern BODY = Pattern.compile("(?s)\\$(\\w*)\\$.*?\\$\\1\\$");
    private static final Pattern TEXT = Pattern.compile("'(?:[^']|'')*'");
    private static final Pattern CREATED = Pattern.compile("\\bcreate table (?:if not exists )?(\\w+)");
    private static final Pattern INDEXED =
            Pattern.compile("\\bcreate (?:unique )?index (?!concurrently\\b)(?:.*? )?on (?:only )?(\\w+)");
    private static final Pattern ALTERED = Pattern.compile("\\balter table (?:if exists )?(?:only )?(\\w+)");

    private static final List<Rule> RULES = List.of(
            new Rule("\\bdrop (table|view|type|function)\\b", "drops what they may use"),
            new Rule("\\bdrop column\\b", "drops a column that they read and write"),
            new Rule("\\brename\\b", "renames what they know by its name"),
            new Rule("\\bset not null\\b", "refuses the null that they may write"),
            new Rule("\\bdrop default\\b", "refuses their inserts, which leave the column out"),
            new Rule(
                    "\\badd column\\b(?!.*\\bdefault\\b).*\\bnot null\\b",
                    "adds a column that their inserts leave out"),
            new Rule("\\balter column \\w+ (set data )?type\\b", "rewrites the table, and changes what they read"),
            new Rule("\\balter type\\b", "changes a type that they know"),
            new Rule(
                    "\\badd (constraint \\w+ )?(check|foreign key|unique|exclude)\\b(?!.*\\bnot valid\\b)",
                    "looks at every row while nobody writes, and may refuse theirs: not valid, and validate later"),
            new Rule("^truncate\\b", "removes their rows"));

    private record Rule(Pattern pattern, String why) {

        Rule(String pattern, String why) {
            this(Pattern.compile(pattern), why);
        }
    }

    private MigrationRules() {}

    /** What it does that it must not; empty when there is nothing, or it is said to be the contracting one. */
    static List<String> broken(String migration) {
        if (CONTRACT.matcher(migration).find()) {
            return List.of();
        }
        List<String> statements = statements(migration);
        Set<String> own = own(statements);
        var broken = new ArrayList<String>();
        for (String statement : statements) {
            if (isOfOwn(ALTERED.matcher(statement), own)) {
                continue;
            }
            RULES.stream()
                    .filter(rule -> rule.pattern().matcher(statement).find())
                    .forEach(rule -> broken.add("%s: %s".formatted(rule.why(), statement)));
            Matcher indexed = INDEXED.matcher(statement);
            if (indexed.find() && !own.contains(indexed.group(1))) {
                broken.add("lets nobody write until the index is made: concurrently, in a migration of its own: "
                        + statement);
            }
        }
        return broken;
    }

    /** In lower case on one line, without comments, texts and the bodies of functions. */
    private static List<String> statements(String migration) {
        String plain = BODY.matcher(COMMENT.matcher(migration).replaceAll("")).replaceAll("''");
        return List.of(TEXT.matcher(plain)
                        .replaceAll("''")
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("\\s+", " ")
                        .split(";"))
                .stream()
                .map(String::strip)
                .filter(statement -> !statement.isEmpty())
                .toList();
    }

    /** Tables that nobody knows yet. */
    private static Set<String> own(List<String> statements) {
        var own = new HashSet<String>();
        statements.forEach(statement -> CREATED.matcher(statement).results().forEach(found -> own.add(found.group(1))));
        return own;
    }

    private static boolean isOfOwn(Matcher altered, Set<String> own) {
        return altered.find() && own.contains(altered.group(1));
    }
}
