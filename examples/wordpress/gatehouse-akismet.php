<?php
/**
 * Plugin Name: Gatehouse instead of akismet.com
 * Description: Sends the Akismet plugin's requests to your own Gatehouse. Copy it to wp-content/mu-plugins.
 */

defined( 'GATEHOUSE_URL' ) || define( 'GATEHOUSE_URL', 'https://gatehouse.example' );

add_filter( 'pre_http_request', function ( $answer, $args, $url ) {
	$parts = wp_parse_url( $url );
	if ( ! preg_match( '/(^|\.)rest\.akismet\.com$/', $parts['host'] ?? '' ) ) {
		return $answer;
	}
	unset( $args['headers']['Host'] );
	$query = isset( $parts['query'] ) ? '?' . $parts['query'] : '';
	return wp_remote_request( GATEHOUSE_URL . $parts['path'] . $query, $args );
}, 10, 3 );
