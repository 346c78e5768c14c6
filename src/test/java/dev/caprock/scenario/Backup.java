package dev.caprock.scenario;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.RegistryConfiguration;
import com.google.crypto.tink.TinkProtoKeysetFormat;
import com.google.crypto.tink.aead.AeadConfig;
import com.google.crypto.tink.subtle.AesGcmJce;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.postgresql.PGConnection;

/**
 * A logical backup of a database, as {@code pg_dump} writes it: every row of every table in one snapshot, bytes in hexadecimal. Whoever
 * has stolen it looks for secrets with what is here, which uses nothing of the service but what is published of its encryption.
 */
final class Backup {

    private static final Pattern BYTES = Pattern.compile("\\\\\\\\x([0-9a-f]+)");

    private final String text;

    private Backup(String text) {
        this.text = text;
    }

    static Backup of(DataSource database) throws SQLException, IOException {
        var text = new StringWriter();
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            var copy = connection.unwrap(PGConnection.class).getCopyAPI();
            for (String table : tables(connection)) {
                text.append("-- ").append(table).append('\n');
                copy.copyOut("COPY (SELECT * FROM %s) TO STDOUT".formatted(table), text);
            }
            connection.rollback();
        }
        return new Backup(text.toString());
    }

    private static List<String> tables(Connection connection) throws SQLException {
        var tables = new ArrayList<String>();
        try (Statement statement = connection.createStatement();
                var rows = statement.executeQuery("""
                        select format('%I.%I', table_schema, table_name) from information_schema.tables
                            where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')
                            order by 1""")) {
            while (rows.next()) {
                tables.add(rows.getString(1));
            }
        }
        return tables;
    }

    String text() {
        return text;
    }

    /** All values of bytes, wherever they are. */
    private List<byte[]> bytes() {
        return BYTES.matcher(text)
                .results()
                .map(found -> HexFormat.of().parseHex(found.group(1)))
                .toList();
    }

    /** What becomes readable with the master key: whatever is a data key of this owner, and whatever one of these opens under a name. */
    List<String> opened(String masterKey, UUID owner, Set<String> names) throws GeneralSecurityException {
        AeadConfig.register();
        var master = new AesGcmJce(Base64.getDecoder().decode(masterKey));
        List<Aead> keys =
                bytes().stream().flatMap(bytes -> dataKey(bytes, master, owner)).toList();
        return bytes().stream()
                .flatMap(bytes ->
                        keys.stream().flatMap(key -> names.stream().flatMap(name -> secret(bytes, key, owner, name))))
                .toList();
    }

    private static Stream<Aead> dataKey(byte[] bytes, Aead master, UUID owner) {
        try {
            KeysetHandle keys = TinkProtoKeysetFormat.parseEncryptedKeyset(
                    bytes, master, ("caprock data key of " + owner).getBytes(StandardCharsets.UTF_8));
            return Stream.of(keys.getPrimitive(RegistryConfiguration.get(), Aead.class));
        } catch (GeneralSecurityException somethingElse) {
            return Stream.empty();
        }
    }

    private static Stream<String> secret(byte[] bytes, Aead key, UUID owner, String name) {
        try {
            byte[] secret = key.decrypt(
                    bytes, ("caprock secret of " + owner + " named " + name).getBytes(StandardCharsets.UTF_8));
            return Stream.of(new String(secret, StandardCharsets.UTF_8));
        } catch (GeneralSecurityException somethingElse) {
            return Stream.empty();
        }
    }

    /** How a text may be written: as it is, in hexadecimal, and in Base64 wherever in a longer text it stands. */
    static Set<String> forms(String secret) {
        byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
        var forms = new TreeSet<String>();
        forms.add(secret);
        forms.add(HexFormat.of().formatHex(bytes));
        forms.add(HexFormat.of().withUpperCase().formatHex(bytes));
        for (int before = 0; before < 3; before++) {
            int from = before == 0 ? 0 : 3 - before; // what shares its digits with neighbours is left out
            int length = (bytes.length - from) / 3 * 3;
            byte[] whole = Arrays.copyOfRange(bytes, from, from + length);
            forms.add(Base64.getEncoder().encodeToString(whole));
            forms.add(Base64.getUrlEncoder().encodeToString(whole));
        }
        return forms;
    }
}
