package dev.caprock.workspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The key is that of RFC 8032, test 1. */
class PrivateKeyTest {

    static final String TEXT = "mesa_private_key_acme_MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v_VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g";

    @Test
    void tellsItsOrganisationAndItsPublicPart() {
        var key = PrivateKey.of(TEXT);

        assertThat(key.organisation()).isEqualTo("acme");
        assertThat(key.publicPart()).isEqualTo("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
    }

    @Test
    void signsAsTheSdkOf0_47_2DidByteForByte() {
        var signed =
                "eyJhbGciOiJFZERTQSIsInR5cCI6Im1lc2EtYXQrand0IiwiandrIjp7Imt0eSI6Ik9LUCIsImNydiI6IkVkMjU1MTkiLCJ4IjoiMTFxWUFZS3hDcmZWU183VHlXUUhPZzdoY3ZQYXBpTWxyd0lhYVBjSFVSbyJ9fQ.eyJpc3MiOiJhY21lIiwiYXVkIjoibWVzYS1hcGkiLCJhdXRob3IiOltbIk1lc2EgQm90IiwiYm90QGV4YW1wbGUuY29tIl0sWyJOb01haWwiLG51bGxdXSwic2NvcGVzIjpbInJlYWQiLCJ3cml0ZSJdLCJyZXBvcyI6WyJhY21lL2FnZW50LXdvcmtzcGFjZSJdLCJpYXQiOjE3NjAwMDAwMDAsImV4cCI6MTc2MDAwMzYwMCwianRpIjoiMTExMTExMTEtMjIyMi00MzMzLTg0NDQtNTU1NTU1NTU1NTU1In0";

        byte[] signature = PrivateKey.of(TEXT).signature(signed.getBytes(StandardCharsets.US_ASCII));

        assertThat(Base64.getUrlEncoder().withoutPadding().encodeToString(signature))
                .isEqualTo("DBhyYRQ0TQMtozY5WpmaxLkeTBFT0Kc4wEjEa_SgwLgJ1VbVjBuXhJ-oJkeDh8BsxWHgCY9UF980EaXuXDDBDg");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "mesa_0123456789abcdef",
                "mesa_private_key_acme_",
                "mesa_private_key_Acme_MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v_VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g",
                "mesa_private_key_MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v_VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g",
                "mesa_private_key_acme_MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v_VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9",
                "mesa_private_key_acme_MC4CAQAwBQYDK2VuBCIEIJ1hsZ3v_VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g",
            })
    void whatIsNoKeyIsRefusedWithoutBeingQuoted(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PrivateKey.of(text))
                .withMessageStartingWith("not ")
                .withMessageNotContaining("J1hsZ3v")
                .withNoCause();
    }

    @Test
    void isNeverPrinted() {
        assertThat(PrivateKey.of(TEXT)).hasToString("PrivateKey[organisation=acme, key=***]");
    }

    @Test
    void isRecognisedWhereItDoesNotBelong() {
        assertThat(PrivateKey.isIn("acme:" + TEXT)).isTrue();
        assertThat(PrivateKey.isIn("-----BEGIN PRIVATE KEY-----")).isTrue();
        assertThat(PrivateKey.isIn("mesa_0123456789abcdef")).isFalse();
    }
}
