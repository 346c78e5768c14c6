package dev.caprock.sandbox.e2b;

import java.io.PrintWriter;
import java.io.StringWriter;

/** All that a log could print of a failure. */
final class Secrets {

    private Secrets() {}

    static String trace(Throwable failure) {
        var text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        return text.toString();
    }
}
