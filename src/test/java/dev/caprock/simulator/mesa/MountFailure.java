package dev.caprock.simulator.mesa;

/** Why a mount cannot do what it should. */
final class MountFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final boolean last;

    private MountFailure(String message, boolean last) {
        super(message);
        this.last = last;
    }

    /** It may work when tried again. */
    static MountFailure passing(String message) {
        return new MountFailure(message, false);
    }

    /** It never will: the mount fails closed. */
    static MountFailure lasting(String message) {
        return new MountFailure(message, true);
    }

    boolean isLasting() {
        return last;
    }
}
