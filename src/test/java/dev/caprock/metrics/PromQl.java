package dev.caprock.metrics;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * As much of PromQL as our dashboard and alerts need, and nothing else: each series that an expression names must be served, with each
 * label that it is filtered, grouped or matched by.
 */
final class PromQl {

    /** What Prometheus adds to whatever it scrapes. */
    private static final Set<String> OF_THE_TARGET = Set.of("namespace", "job", "instance", "service", "pod");

    private static final Set<String> AGGREGATIONS = Set.of("sum", "max", "min", "avg", "count");
    private static final Set<String> FUNCTIONS =
            Set.of("rate", "increase", "deriv", "min_over_time", "max_over_time", "absent", "histogram_quantile");
    private static final Set<String> OPERATORS =
            Set.of("+", "-", "*", "/", "==", "!=", ">", "<", ">=", "<=", "and", "or", "unless");
    private static final Set<String> MATCHERS = Set.of("=", "!=", "=~", "!~");

    private static final Pattern TOKEN = Pattern.compile("\\s*(?:"
            + "(?<string>\"(?:[^\"\\\\]|\\\\.)*\")"
            + "|(?<range>\\[(?:\\d+[smhd]|\\$__rate_interval)])"
            + "|(?<number>\\d+(?:\\.\\d+)?)"
            + "|(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)"
            + "|(?<sign>=~|!~|==|!=|>=|<=|[-+*/=<>(){},]))");

    private final String text;
    private final Map<String, Set<String>> served;
    private final List<String> tokens;
    private int at;

    private PromQl(String text, Map<String, Set<String>> served) {
        this.text = text;
        this.served = served;
        this.tokens = tokens(text);
    }

    /**
     * Reads an expression.
     *
     * @param served the labels of each series that there is
     * @throws AssertionError for what is not PromQL, not known here, or not served
     */
    static void check(String expression, Map<String, Set<String>> served) {
        var reader = new PromQl(expression, served);
        reader.expression();
        reader.require(reader.at == reader.tokens.size(), "it goes on with " + reader.peek());
    }

    private static List<String> tokens(String text) {
        var tokens = new ArrayList<String>();
        Matcher matcher = TOKEN.matcher(text.strip());
        int end = 0;
        while (end < text.strip().length()) {
            if (!matcher.find(end) || matcher.start() != end) {
                throw new AssertionError("not understood: " + text.strip().substring(end));
            }
            tokens.add(matcher.group().strip());
            end = matcher.end();
        }
        return tokens;
    }

    /** The labels that each of its series has; none for a plain number. */
    private List<Set<String>> expression() {
        var all = new ArrayList<>(operand());
        while (OPERATORS.contains(peek())) {
            at++;
            all.addAll(operand());
        }
        return all;
    }

    private List<Set<String>> operand() {
        String token = next();
        if (token.equals("(")) {
            List<Set<String>> inner = expression();
            expect(")");
            return inner;
        }
        if (token.matches("\\d.*")) {
            return List.of();
        }
        require(token.matches("[a-zA-Z_:][a-zA-Z0-9_:]*"), token + " is no operand");
        if (AGGREGATIONS.contains(token)) {
            return aggregation();
        }
        if (peek().equals("(")) {
            require(FUNCTIONS.contains(token), token + " is no function that is known here");
            return function(token);
        }
        return List.of(selector(token));
    }

    private List<Set<String>> aggregation() {
        Set<String> by = peek().equals("by") ? labels() : Set.of();
        expect("(");
        List<Set<String>> inner = expression();
        expect(")");
        require(!inner.isEmpty(), "a number is aggregated");
        inner.forEach(labels -> require(labels.containsAll(by), "by %s, of a series with %s".formatted(by, labels)));
        return List.of(by);
    }

    private List<Set<String>> function(String name) {
        expect("(");
        var arguments = new ArrayList<>(expression());
        while (peek().equals(",")) {
            at++;
            arguments.addAll(expression());
        }
        expect(")");
        if (!name.equals("histogram_quantile")) {
            return arguments;
        }
        require(arguments.stream().allMatch(labels -> labels.contains("le")), "a quantile of what has no buckets");
        return arguments.stream().map(PromQl::withoutBuckets).toList();
    }

    private static Set<String> withoutBuckets(Set<String> labels) {
        var rest = new HashSet<>(labels);
        rest.remove("le");
        return rest;
    }

    private Set<String> selector(String series) {
        Set<String> own = served.get(series);
        require(own != null, "nothing serves " + series);
        var labels = new HashSet<>(own);
        labels.addAll(OF_THE_TARGET);
        if (peek().equals("{")) {
            matchers(series, labels);
        }
        if (peek().startsWith("[")) {
            at++;
        }
        return labels;
    }

    private void matchers(String series, Set<String> labels) {
        expect("{");
        while (!peek().equals("}")) {
            String label = next();
            require(labels.contains(label), "%s has no label %s".formatted(series, label));
            require(MATCHERS.contains(next()), "no matcher after " + label);
            require(next().startsWith("\""), "no text for " + label);
            require(peek().equals("}") || next().equals(","), "no end after " + label);
        }
        expect("}");
    }

    private Set<String> labels() {
        expect("by");
        expect("(");
        var labels = new HashSet<String>();
        labels.add(next());
        while (peek().equals(",")) {
            at++;
            labels.add(next());
        }
        expect(")");
        return labels;
    }

    private String peek() {
        return at < tokens.size() ? tokens.get(at) : "";
    }

    private String next() {
        String token = peek();
        at++;
        return token;
    }

    private void expect(String token) {
        String there = next();
        require(there.equals(token), "%s instead of %s".formatted(there.isEmpty() ? "the end" : there, token));
    }

    private void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError("%s, in: %s".formatted(otherwise, text));
        }
    }
}
