<?php
// A WordPress that is installed, with the Akismet plugin on. Says what became of its comments.
// argv: the folder of WordPress; 'install' or 'show'.
[ , $folder, $task ] = $argv;
define( 'WP_INSTALLING', 'install' === $task );
$_SERVER += array( 'HTTP_HOST' => '127.0.0.1', 'REQUEST_METHOD' => 'GET', 'SERVER_PROTOCOL' => 'HTTP/1.1' );
require "$folder/wp-load.php";
if ( 'install' === $task ) {
	require ABSPATH . 'wp-admin/includes/upgrade.php';
	wp_install( 'The Tide Table', 'editor', 'editor@tide.example', true, '', 'a long password' );
	update_option( 'active_plugins', array( 'akismet/akismet.php' ) );
	update_option( 'permalink_structure', '/%postname%/' );
	// Whatever waits, waits because of Akismet's plugin.
	foreach ( array( 'comment_moderation', 'comment_previously_approved', 'moderation_notify', 'comments_notify' ) as $name ) {
		update_option( $name, 0 );
	}
	flush_rewrite_rules( false );
}
global $wpdb;
$rows = $wpdb->get_results( "SELECT comment_content, comment_approved FROM $wpdb->comments WHERE comment_author = 'Carol'" );
echo json_encode(
	array(
		'wordpress' => get_bloginfo( 'version' ),
		'akismet'   => get_file_data( WP_PLUGIN_DIR . '/akismet/akismet.php', array( 'Version' ) )[0],
		'comments'  => array_column( $rows, 'comment_approved', 'comment_content' ),
	)
);
