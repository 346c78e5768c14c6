package dev.caprock.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caprock.TestDatabase;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The key that exists before anybody can ask for one. */
class FirstApiKeyTest {

    private final TestDatabase database = TestDatabase.fresh();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();

    @Test
    void itIsPrintedAloneAndStoredAsAHashOnly() {
        assertThat(make("--tenant=acme", "--scopes=admin,audit:read", "--expires-in=P1D"))
                .isZero();

        String printed = out.toString(StandardCharsets.UTF_8);
        assertThat(printed).matches("cap_[0-9a-f]{80}\\R");
        ApiKeyText key = ApiKeyText.parse(printed.strip()).orElseThrow();
        assertThat(database.client()
                        .sql(
                                "select tenant || ' ' || scopes::text || ' ' || (hash = :hash) from api_key where id = :id")
                        .param("id", key.id())
                        .param("hash", key.hash())
                        .query(String.class)
                        .single())
                .isEqualTo("acme {admin,audit:read} true");
    }

    @Test
    void makingItIsInTheTenantsChain() {
        make("--tenant=acme");

        assertThat(database.client()
                        .sql("select action || ' ' || subject from audit where chain = :chain")
                        .param("chain", dev.caprock.audit.Chains.ofTenant("acme"))
                        .query(String.class)
                        .list())
                .containsExactly("api-key.create create-api-key");
    }

    @Test
    void whatCannotBeMeantIsToldAndMakesNothing() {
        assertThat(make("--scope=admin")).isEqualTo(2);
        assertThat(make("--scopes=everything")).isEqualTo(2);

        assertThat(errors.toString(StandardCharsets.UTF_8)).contains("unknown: scope", "/scopes/0", "usage:");
        assertThat(out.size()).isZero();
        assertThat(database.client()
                        .sql("select count(*) from api_key")
                        .query(Long.class)
                        .single())
                .isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "tenant=acme           | not understood: tenant=acme",
                "acme                  | not understood: acme",
                "-tenant=acme          | not understood: -tenant=acme",
                "--tenant acme         | not understood: --tenant",
                "--tenant=             | tenant must be a line",
                "--tenant=%20          | tenant must be a line",
                "--tenant=acme%0a      | tenant must be a line",
                "--tenant=a%00b        | tenant must be a line",
                "--tenant=a --tenant=b | given twice: tenant",
            })
    void whatIsHalfUnderstoodMakesNoKeyOfTheOperators(String arguments, String told) {
        String[] split = Stream.of(arguments.split(" "))
                .map(argument -> URLDecoder.decode(argument, StandardCharsets.UTF_8))
                .toArray(String[]::new);

        assertThat(make(split)).isEqualTo(2);

        assertThat(errors.toString(StandardCharsets.UTF_8)).contains(told, "usage:");
        assertThat(out.size()).isZero();
    }

    @Test
    void aTenantWithoutEndIsRefused() {
        assertThat(make("--tenant=" + "a".repeat(201))).isEqualTo(2);
    }

    private int make(String... arguments) {
        Map<String, Object> properties = Map.of(
                "spring.datasource.url", database.getJdbcUrl(),
                "spring.datasource.username", database.getUsername(),
                "spring.datasource.password", database.getPassword());
        return FirstApiKey.make(arguments, properties, new PrintStream(out, true), new PrintStream(errors, true));
    }
}
