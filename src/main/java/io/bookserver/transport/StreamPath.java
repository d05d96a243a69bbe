package io.bookserver.transport;

/** The path of the WebSocket, and the requests that the router takes for one to it. */
public final class StreamPath {
    public static final String PATH = "/trade-api/ws/v2";

    private StreamPath() {
    }

    /**
     * Whether the router leads requests of that path to the WebSocket: it ignores a slash at the end.
     *
     * @param path as the router normalizes it: {@code //} and {@code %32} are read as {@code /} and {@code 2}
     */
    public static boolean is(String path) {
        int end = path.length();
        while (end > 0 && path.charAt(end - 1) == '/') {
            end--;
        }
        return end == PATH.length() && path.startsWith(PATH);
    }
}
