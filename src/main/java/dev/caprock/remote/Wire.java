package dev.caprock.remote;

import java.net.http.HttpClient;

/**
 * What lies between a remote's client and the network. In production that is nothing, and there is no such bean; a test puts
 * one here to lose answers, or to have the caller die before or after any one exchange.
 */
@FunctionalInterface
public interface Wire {

    /** The client to use in place of this one. */
    HttpClient over(HttpClient client);
}
