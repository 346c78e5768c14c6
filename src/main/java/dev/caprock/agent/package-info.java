/**
 * How to launch an agent headless, and how to read what it prints. A new agent is one new class.
 */
@NullMarked
package dev.caprock.agent;

import org.jspecify.annotations.NullMarked;
