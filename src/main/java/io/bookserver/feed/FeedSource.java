package io.bookserver.feed;

/**
 * Makes the feed of one mode. Each sub-package has a bean of this type; a build that leaves the sub-package out leaves
 * out its mode.
 */
public interface FeedSource {
    /** The mode that asks for this feed. */
    FeedConfig.Mode mode();

    /** Whether mode {@code auto} may choose it. */
    boolean isReady();

    /** A feed that has not begun yet. */
    Feed open();
}
