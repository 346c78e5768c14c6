@NullMarked
package dev.caprock.tenant.web;

import org.jspecify.annotations.NullMarked;
