package dev.caprock.secrets;

/** Where a master key is. */
sealed interface KeySource {

    /** In the configuration, or in a file that it names. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Given(byte[] key) implements KeySource {

        @Override
        public String toString() {
            return "Given[key=***]";
        }
    }

    /** In the database, wrapped by a key that a KMS keeps. */
    record Kms(String uri) implements KeySource {}
}
