package dev.caprock.problem;

/** How many of a list a caller may ask for at once. */
public final class PageSize {

    private PageSize() {}

    /**
     * @param limit what the caller asks for
     * @param most how many it may be
     * @throws Problem when it is more, or not even one
     */
    public static void check(int limit, int most) {
        if (limit < 1 || limit > most) {
            throw Problem.invalid("/limit", "Must be from 1 to %d.".formatted(most));
        }
    }
}
